import {
  BYTE_BUCKETS,
  ITEM_BUCKETS,
  type Logger,
  OwnTelemetry,
  type Telemetry,
} from '@sonde/pipeline';

type Gauge = ReturnType<OwnTelemetry['gauge']>;
type Counter = ReturnType<OwnTelemetry['counter']>;
type Histogram = ReturnType<OwnTelemetry['histogram']>;

/** Why a batch goes: there is enough of it, or it is time. */
export type Trigger = 'size' | 'timeout';

/** The Collector's metrics of a batch processor, and what its log says. */
export class BatchEvents {
  readonly #cardinality: Gauge;
  readonly #triggers: Readonly<Record<Trigger, Counter>>;
  readonly #items: Histogram;
  readonly #bytes: Histogram;
  readonly #labels: { readonly processor: string };

  readonly #logger: Logger | undefined;

  constructor(
    processor: string,
    telemetry: OwnTelemetry = new OwnTelemetry(),
    logger: Logger | undefined = undefined,
  ) {
    this.#logger = logger;
    this.#labels = { processor };
    this.#cardinality = telemetry.gauge('otelcol_processor_batch_metadata_cardinality', {
      unit: '{combination}',
      description: 'Number of distinct metadata value combinations being processed',
      level: 'normal',
    });
    const sends = (name: string, trigger: Trigger): Counter =>
      telemetry.counter(`otelcol_processor_batch_${name}_trigger_send`, {
        unit: '{times}',
        description: `Number of times the batch was sent due to a ${trigger} trigger`,
        level: 'normal',
      });
    this.#triggers = { size: sends('batch_size', 'size'), timeout: sends('timeout', 'timeout') };
    this.#items = telemetry.histogram('otelcol_processor_batch_batch_send_size', {
      unit: '{units}',
      description: 'Number of units in the batch',
      buckets: ITEM_BUCKETS,
      level: 'normal',
    });
    this.#bytes = telemetry.histogram('otelcol_processor_batch_batch_send_size_bytes', {
      unit: 'By',
      description: 'Number of bytes in batch that was sent. Only available on detailed level.',
      buckets: BYTE_BUCKETS,
      level: 'detailed',
    });
  }

  /** The next step took a batch. */
  sent(batch: Telemetry, trigger: Trigger): void {
    this.#triggers[trigger].add(1, this.#labels);
    this.#items.record(batch.itemCount, this.#labels);
    this.#bytes.record(batch.byteCount, this.#labels);
  }

  /** Senders give up before they are answered. */
  impatientSenders(warning: string, timeoutMs: number): void {
    this.#logger?.warn(warning, { timeout_ms: timeoutMs });
  }

  /** Shows `count` from now on; what is returned ends that. */
  observe(count: () => number): () => void {
    const show: Parameters<Gauge['addCallback']>[0] = (result) =>
      result.observe(count(), this.#labels);
    this.#cardinality.addCallback(show);
    return () => this.#cardinality.removeCallback(show);
  }
}
