import {
  type Consumer,
  type ConsumingComponent,
  type CreateSettings,
  OwnTelemetry,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import type { MemoryLimiterConfig } from './config.ts';
import type { ProcessMemory } from './process-memory.ts';

const MIB: number = 1024 * 1024;
/** What a spike may take when nothing else is said. */
const SPIKE_SHARE = 5;

type Counter = ReturnType<OwnTelemetry['counter']>;

/** Refuses data while memory is above the soft limit: the hard one less a spike. */
export class MemoryLimiter implements ConsumingComponent {
  readonly #config: MemoryLimiterConfig;
  readonly #settings: CreateSettings;
  readonly #next: Consumer;
  readonly #memory: ProcessMemory;
  readonly #refused: Counter;
  readonly #hardBytes: number;
  readonly #softBytes: number;
  #isRefusing = false;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #collectedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    config: MemoryLimiterConfig,
    settings: CreateSettings,
    parts: { readonly next: Consumer; readonly memory: ProcessMemory },
  ) {
    this.#config = config;
    this.#settings = settings;
    this.#next = parts.next;
    this.#memory = parts.memory;
    const { hardBytes, spikeBytes } = limitsOf(config, parts.memory);
    this.#hardBytes = hardBytes;
    this.#softBytes = hardBytes - spikeBytes;
    const telemetry = settings.telemetry ?? new OwnTelemetry();
    this.#refused = telemetry.counter('otelcol_processor_memory_limiter_refused_items', {
      unit: '{items}',
      description: 'Number of items refused due to high memory usage.',
    });
    this.#sayLimits();
  }

  async start(): Promise<void> {
    if (this.#timer !== undefined || this.#isStopped) return;
    this.check();
    this.#timer = setInterval(() => this.check(), this.#config.check_interval);
  }

  async consume(telemetry: Telemetry): Promise<void> {
    if (this.#isRefusing) {
      const { id: processor, signal } = this.#settings;
      this.#refused.add(telemetry.itemCount, { processor, otel_signal: signal });
      throw new SondeError('OVERLOADED', 'data refused due to high memory usage', {
        retryAfterMs: this.#config.check_interval,
      });
    }
    await this.#next.consume(telemetry);
  }

  async shutdown(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Compares memory with the limits; every `check_interval` once it is started. */
  check(): void {
    const { logger } = this.#settings;
    let used = this.#memory.used();
    logger.debug('Currently used memory.', inMib(used));
    if (used >= this.#hardBytes && this.#mayCollect('min_gc_interval_when_hard_limited')) {
      logger.warn('Memory usage is above hard limit. Forcing a GC.', inMib(used));
      used = this.#collect();
    }
    if (!this.#isRefusing && used >= this.#softBytes) {
      if (this.#mayCollect('min_gc_interval_when_soft_limited')) {
        logger.info('Memory usage is above soft limit. Forcing a GC.', inMib(used));
        used = this.#collect();
      }
      if (used >= this.#softBytes) {
        logger.warn('Memory usage is above soft limit. Refusing data.', inMib(used));
      }
    } else if (this.#isRefusing && used < this.#softBytes) {
      const text = 'Memory usage back within limits. Resuming normal operation.';
      logger.info(text, inMib(used));
    }
    this.#isRefusing = used >= this.#softBytes;
  }

  #mayCollect(
    interval: 'min_gc_interval_when_hard_limited' | 'min_gc_interval_when_soft_limited',
  ): boolean {
    return performance.now() - this.#collectedAtMs > this.#config[interval];
  }

  #collect(): number {
    this.#memory.collect();
    this.#collectedAtMs = performance.now();
    const used = this.#memory.used();
    this.#settings.logger.info('Memory usage after GC.', inMib(used));
    return used;
  }

  #sayLimits(): void {
    const { logger } = this.#settings;
    const { limit_mib, limit_percentage, spike_limit_percentage, check_interval } = this.#config;
    if (limit_mib === 0) {
      const total_memory_mib = Math.floor(this.#memory.total() / MIB);
      const shares = { limit_percentage, spike_limit_percentage };
      logger.info('Using percentage memory limiter', { total_memory_mib, ...shares });
    }
    logger.info('Memory limiter configured', {
      limit_mib: Math.floor(this.#hardBytes / MIB),
      spike_limit_mib: Math.floor((this.#hardBytes - this.#softBytes) / MIB),
      check_interval: check_interval / 1000,
    });
  }
}

function limitsOf(
  config: MemoryLimiterConfig,
  memory: ProcessMemory,
): { readonly hardBytes: number; readonly spikeBytes: number } {
  const isFixed = config.limit_mib > 0;
  const total = memory.total();
  const share = (percentage: number): number => Math.floor((percentage * total) / 100);
  const hardBytes = isFixed ? config.limit_mib * MIB : share(config.limit_percentage);
  const spike = isFixed ? config.spike_limit_mib * MIB : share(config.spike_limit_percentage);
  return { hardBytes, spikeBytes: spike === 0 ? Math.floor(hardBytes / SPIKE_SHARE) : spike };
}

function inMib(bytes: number): { readonly cur_mem_mib: number } {
  return { cur_mem_mib: Math.floor(bytes / MIB) };
}
