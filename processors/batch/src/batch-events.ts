import { type Logger, OwnTelemetry } from '@sonde/pipeline';

type Gauge = ReturnType<OwnTelemetry['gauge']>;

/** The Collector's gauge of a batch processor, and what its log says. */
export class BatchEvents {
  readonly #cardinality: Gauge;
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
    });
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
