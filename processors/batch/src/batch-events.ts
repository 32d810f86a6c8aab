import { OwnTelemetry } from '@sonde/pipeline';

type Gauge = ReturnType<OwnTelemetry['gauge']>;

/** The Collector's gauge of a batch processor. */
export class BatchEvents {
  readonly #cardinality: Gauge;
  readonly #labels: { readonly processor: string };

  constructor(processor: string, telemetry: OwnTelemetry = new OwnTelemetry()) {
    this.#labels = { processor };
    this.#cardinality = telemetry.gauge('otelcol_processor_batch_metadata_cardinality', {
      unit: '{combination}',
      description: 'Number of distinct metadata value combinations being processed',
    });
  }

  /** Shows `count` from now on; what is returned ends that. */
  observe(count: () => number): () => void {
    const show: Parameters<Gauge['addCallback']>[0] = (result) =>
      result.observe(count(), this.#labels);
    this.#cardinality.addCallback(show);
    return () => this.#cardinality.removeCallback(show);
  }
}
