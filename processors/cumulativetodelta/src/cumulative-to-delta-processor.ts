import { type Counter, metrics } from '@opentelemetry/api';
import {
  type Consumer,
  type ConsumingComponent,
  type CreateSettings,
  type Logger,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { itemsOf, MalformedError, MetricColumns, MetricKind } from '@sonde/proto';
import type { CumulativeToDeltaConfig } from './config.ts';
import { toDeltas } from './delta-batch.ts';
import type { DropReason } from './point-state.ts';
import { StreamTable } from './stream-table.ts';

const NANO_PER_MS = 1_000_000n;

/** Upstream's labels. */
const TYPES: ReadonlyMap<number, string> = new Map<number, string>([
  [MetricKind.sum, 'sum'],
  [MetricKind.histogram, 'histogram'],
  [MetricKind.exponentialHistogram, 'exponential_histogram'],
]);

/**
 * Converts batches one after the other: the next one is looked at when the next step took the one
 * before, or refused it and what it changed was taken back.
 */
export class CumulativeToDeltaProcessor implements ConsumingComponent {
  readonly #config: CumulativeToDeltaConfig;
  readonly #next: Consumer;
  readonly #streams: StreamTable;
  readonly #startedUnixNano: bigint = BigInt(Date.now()) * NANO_PER_MS;
  readonly #counters: DeltaCounters;
  /** The batch before. */
  #turn: Promise<void> = Promise.resolve();

  constructor(settings: CreateSettings, config: CumulativeToDeltaConfig, next: Consumer) {
    this.#config = config;
    this.#next = next;
    const { max_streams: streamsMax, max_staleness: stalenessMs } = config;
    this.#streams = new StreamTable({ streamsMax, stalenessMs });
    this.#counters = new DeltaCounters(settings.id, settings.logger);
  }

  async start(): Promise<void> {}

  consume(telemetry: Telemetry): Promise<void> {
    const done = this.#turn.then(() => this.#convert(telemetry));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async shutdown(): Promise<void> {}

  async #convert(telemetry: Telemetry): Promise<void> {
    try {
      const changed = telemetry.withColumns(this.#columns(telemetry));
      if (changed === telemetry || changed.itemCount > 0) await this.#next.consume(changed);
      this.#streams.commit();
    } catch (error) {
      this.#streams.rollback();
      throw error;
    }
  }

  #columns(telemetry: Telemetry): ReturnType<Telemetry['columns']> {
    try {
      const columns = telemetry.columns();
      if (!(columns instanceof MetricColumns) || itemsOf(columns) === 0) return columns;
      const nowUnixMs = Date.now();
      const changed = toDeltas(columns, {
        config: this.#config,
        streams: this.#streams,
        startedUnixNano: this.#startedUnixNano,
        nowUnixMs,
        converted: (kind) => this.#counters.converted(kind),
        dropped: (kind, reason) => this.#counters.dropped(kind, reason),
      });
      this.#counters.evicted(this.#streams.shrink(nowUnixMs));
      return changed;
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new SondeError('INVALID_DATA', error.message, { cause: error });
    }
  }
}

class DeltaCounters {
  readonly #processor: string;
  readonly #logger: Logger;
  readonly #converted: Counter;
  readonly #dropped: Counter;
  readonly #evicted: Counter;

  constructor(processor: string, logger: Logger) {
    this.#processor = processor;
    this.#logger = logger;
    const meter = metrics.getMeter('@sonde/processor-cumulativetodelta');
    const prefix = 'otelcol_processor_cumulativetodelta';
    this.#converted = meter.createCounter(`${prefix}_datapoints`, {
      description: 'Data points converted from cumulative to delta temporality.',
      unit: '{datapoint}',
    });
    this.#dropped = meter.createCounter(`${prefix}_datapoints_dropped`, {
      description: 'Data points dropped instead of being converted, by reason.',
      unit: '{datapoint}',
    });
    this.#evicted = meter.createCounter('sonde_processor_cumulativetodelta_evicted_streams', {
      description: 'Series forgotten because there were more than max_streams.',
      unit: '{stream}',
    });
  }

  converted(kind: number): void {
    this.#converted.add(1, this.#labels(kind));
  }

  dropped(kind: number, reason: DropReason): void {
    this.#dropped.add(1, { ...this.#labels(kind), reason });
    if (reason !== 'initial') this.#logger.debug('A point has no delta', { reason });
  }

  evicted(streams: number): void {
    if (streams === 0) return;
    this.#evicted.add(streams, { processor: this.#processor });
    this.#logger.warn('More series than max_streams: the oldest are forgotten', { streams });
  }

  #labels(kind: number): Record<string, string> {
    return { processor: this.#processor, metric_type: TYPES.get(kind) ?? '' };
  }
}
