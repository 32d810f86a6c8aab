import { type Logger, OwnTelemetry } from '@sonde/pipeline';

type Counter = ReturnType<OwnTelemetry['counter']>;

export interface ScraperHealthOptions {
  readonly receiver: string;
  readonly scraper: string;
  readonly logger: Logger;
  readonly telemetry?: OwnTelemetry | undefined;
}

/**
 * Logs once when a scraper begins to fail and once when it recovers, and counts what was scraped
 * and every failure.
 */
export class ScraperHealth {
  readonly #options: ScraperHealthOptions;
  readonly #failures: Counter;
  readonly #scraped: Counter;
  readonly #errored: Counter;
  readonly #labels: Readonly<Record<string, string>>;
  #lastFailure = '';

  constructor(options: ScraperHealthOptions) {
    this.#options = options;
    const { receiver, scraper, telemetry = new OwnTelemetry() } = options;
    this.#labels = { receiver, scraper };
    this.#failures = telemetry.counter('sonde_scraper_failures', {
      description: 'Scrapes that failed as a whole or in part.',
      unit: '{scrapes}',
    });
    this.#scraped = telemetry.counter('otelcol_scraper_scraped_metric_points', {
      description: 'Number of metric points successfully scraped.',
      unit: '{datapoints}',
    });
    this.#errored = telemetry.counter('otelcol_scraper_errored_metric_points', {
      description: 'Number of metric points that were unable to be scraped.',
      unit: '{datapoints}',
    });
  }

  /** How many points a scrape brought, and how many it should have brought besides. */
  scraped(points: number, missing: number): void {
    this.#scraped.add(points, this.#labels);
    this.#errored.add(missing, this.#labels);
  }

  failed(error: unknown): void {
    this.#report(error instanceof Error ? error.message : String(error));
  }

  /** `warnings`: what could not be read although the rest could. */
  succeeded(warnings: readonly string[]): void {
    if (warnings.length > 0) this.#report(warnings.join('; '));
    else if (this.#lastFailure !== '') {
      this.#lastFailure = '';
      this.#options.logger.info('Scraper recovered', { scraper: this.#options.scraper });
    }
  }

  #report(failure: string): void {
    const { scraper, logger } = this.#options;
    this.#failures.add(1, this.#labels);
    if (failure === this.#lastFailure) return;
    this.#lastFailure = failure;
    logger.warn('Error scraping metrics', { scraper, error: failure });
  }
}
