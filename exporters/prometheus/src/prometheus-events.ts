import { type CreateSettings, type Logger, OwnTelemetry } from '@sonde/pipeline';

type Counter = ReturnType<OwnTelemetry['counter']>;

export interface Conflict {
  readonly name: string;
  readonly existing: string;
  readonly dropped: string;
}

/** Different lines said; beyond them happenings are counted only. */
const SAID_MAX = 1000;

/** What happens to points and pages: a counter and, where somebody should look, a line. */
export class PrometheusEvents {
  readonly #dropped: Counter;
  readonly #pages: Counter;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #logger: Logger;
  readonly #said = new Set<string>();

  constructor({ id, logger, telemetry = new OwnTelemetry() }: CreateSettings) {
    this.#labels = { exporter: id };
    this.#logger = logger;
    this.#dropped = telemetry.counter('sonde_exporter_prometheus_dropped_points', {
      unit: '{points}',
      description: 'Number of data points that no page shows, by reason.',
    });
    this.#pages = telemetry.counter('sonde_exporter_prometheus_pages', {
      unit: '{pages}',
      description: 'Number of requests for the page, by answer.',
    });
  }

  /** `name` is asked for the first time only. */
  dropped(reason: string, name: () => string): void {
    this.#dropped.add(1, { ...this.#labels, reason });
    if (!this.#isNew(reason)) return;
    this.#logger.warn('Data points are dropped.', { reason, metric_name: name() });
  }

  page(answer: 'served' | 'busy' | 'failed'): void {
    this.#pages.add(1, { ...this.#labels, answer });
  }

  typeConflict({ name, existing, dropped }: Conflict): void {
    if (!this.#isNew(`type ${name} ${dropped}`)) return;
    this.#logger.error('Instrument type conflict, using existing type definition.', {
      instrument: name,
      existing,
      dropped,
    });
  }

  descriptionConflict({ name, existing, dropped }: Conflict): void {
    if (!this.#isNew(`description ${name} ${dropped}`)) return;
    this.#logger.info('Instrument description conflict, using existing', {
      instrument: name,
      existing,
      dropped,
    });
  }

  certificatesReloaded(): void {
    this.#logger.info('Certificates were read again.');
  }

  certificatesFailed(reason: string): void {
    this.#logger.error('Certificates could not be read again; those before stay.', {
      error: reason,
    });
  }

  #isNew(what: string): boolean {
    if (this.#said.has(what) || this.#said.size >= SAID_MAX) return false;
    this.#said.add(what);
    return true;
  }
}
