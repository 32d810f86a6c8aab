import { type Counter, metrics } from '@opentelemetry/api';
import type { Logger } from '@sonde/pipeline';

export interface ScraperHealthOptions {
  readonly receiver: string;
  readonly scraper: string;
  readonly logger: Logger;
}

/** Logs once when a scraper begins to fail and once when it recovers, and counts every failure. */
export class ScraperHealth {
  readonly #options: ScraperHealthOptions;
  readonly #failures: Counter;
  #lastFailure = '';

  constructor(options: ScraperHealthOptions) {
    this.#options = options;
    this.#failures = metrics
      .getMeter('@sonde/receiver-hostmetrics')
      .createCounter('sonde_scraper_failures', {
        description: 'Scrapes that failed as a whole or in part.',
        unit: '{scrapes}',
      });
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
    const { receiver, scraper, logger } = this.#options;
    this.#failures.add(1, { receiver, scraper });
    if (failure === this.#lastFailure) return;
    this.#lastFailure = failure;
    logger.warn('Error scraping metrics', { scraper, error: failure });
  }
}
