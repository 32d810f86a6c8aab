import type { Logger, MemoryKeeper } from '@sonde/pipeline';
import type { MemoryLimiterConfig } from './config.ts';
import { PROCESS_MEMORY, type ProcessMemory } from './process-memory.ts';

const MIB: number = 1024 * 1024;
/** What a spike may take when nothing else is said. */
const SPIKE_SHARE = 5;

/**
 * Looks at memory for every limiter of one id: the limiters of several pipelines refuse and resume
 * together, and memory is looked at, collected and written of once.
 */
export class MemoryChecker implements MemoryKeeper {
  readonly #config: MemoryLimiterConfig;
  readonly #logger: Logger;
  readonly #memory: ProcessMemory;
  readonly #hardBytes: number;
  /** Above it data is refused. */
  readonly softBytes: number;
  readonly #users = new Set<object>();
  #isRefusing = false;
  #timer: NodeJS.Timeout | undefined;
  #collectedAtMs = Number.NEGATIVE_INFINITY;

  constructor(config: MemoryLimiterConfig, logger: Logger, memory: ProcessMemory) {
    this.#config = config;
    this.#logger = logger;
    this.#memory = memory;
    const { hardBytes, spikeBytes } = limitsOf(config, memory);
    this.#hardBytes = hardBytes;
    this.softBytes = hardBytes - spikeBytes;
  }

  get isRefusing(): boolean {
    return this.#isRefusing;
  }

  /** Checks from now on, every `check_interval`, until the last user has ended. */
  start(user: object): void {
    this.#users.add(user);
    if (this.#timer !== undefined) return;
    this.#sayLimits();
    this.check();
    this.#timer = setInterval(() => this.check(), this.#config.check_interval);
  }

  end(user: object): void {
    this.#users.delete(user);
    if (this.#users.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Between two checks: refuses from now on where there is no room; the next check collects. */
  look(): void {
    if (this.#isRefusing || this.#users.size === 0) return;
    this.#refuseAbove(this.#memory.used());
  }

  /** For what was made since and is held no more. */
  collectYoung(): void {
    this.#memory.collectYoung();
  }

  /** Compares memory with the limits; every `check_interval` once a user has started. */
  check(): void {
    const logger = this.#logger;
    let used = this.#memory.used();
    logger.debug('Currently used memory.', inMib(used));
    if (used >= this.#hardBytes && this.#mayCollect('min_gc_interval_when_hard_limited')) {
      logger.warn('Memory usage is above hard limit. Forcing a GC.', inMib(used));
      used = this.#collect();
    }
    // While data is refused nothing is allocated, and the engine would never collect by itself.
    if (used >= this.softBytes && this.#mayCollect('min_gc_interval_when_soft_limited')) {
      logger.info('Memory usage is above soft limit. Forcing a GC.', inMib(used));
      used = this.#collect();
    }
    if (this.#isRefusing && used < this.softBytes) {
      const text = 'Memory usage back within limits. Resuming normal operation.';
      logger.info(text, inMib(used));
      this.#isRefusing = false;
    }
    this.#refuseAbove(used);
  }

  #refuseAbove(used: number): void {
    if (this.#isRefusing || used < this.softBytes) return;
    this.#logger.warn('Memory usage is above soft limit. Refusing data.', inMib(used));
    this.#isRefusing = true;
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
    this.#logger.info('Memory usage after GC.', inMib(used));
    return used;
  }

  #sayLimits(): void {
    const logger = this.#logger;
    const { limit_mib, limit_percentage, spike_limit_percentage, check_interval } = this.#config;
    if (limit_mib === 0) {
      const total_memory_mib = Math.floor(this.#memory.total() / MIB);
      const shares = { limit_percentage, spike_limit_percentage };
      logger.info('Using percentage memory limiter', { total_memory_mib, ...shares });
    }
    logger.info('Memory limiter configured', {
      limit_mib: Math.floor(this.#hardBytes / MIB),
      spike_limit_mib: Math.floor((this.#hardBytes - this.softBytes) / MIB),
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

const CHECKERS = new WeakMap<MemoryLimiterConfig, MemoryChecker>();

/** Of one configuration, which the pipelines of one id have in common. */
export function sharedChecker(config: MemoryLimiterConfig, logger: Logger): MemoryChecker {
  const found = CHECKERS.get(config);
  if (found !== undefined) return found;
  const checker = new MemoryChecker(config, logger, PROCESS_MEMORY);
  CHECKERS.set(config, checker);
  return checker;
}
