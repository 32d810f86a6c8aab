import type { Counter } from '@opentelemetry/api';
import type { Logger } from '../logger.ts';
import { OwnTelemetry } from './own-telemetry.ts';

/** What happens to the settings channel of a pipeline. */
export class SettingsEvents {
  readonly #logger: Logger;
  readonly #failures: Counter;
  #failing = false;
  #starting = true;

  constructor(logger: Logger, telemetry: OwnTelemetry = new OwnTelemetry()) {
    this.#logger = logger;
    this.#failures = telemetry.counter('sonde_settings_poll_failures', {
      unit: '{polls}',
      description: 'Polls of the backend for settings that failed; the last good ones are in use.',
    });
  }

  changed(version: number): void {
    this.#logger.info('Settings changed', { settings_version: version });
  }

  pollSucceeded(): void {
    if (this.#failing) this.#logger.info('Settings can be read again');
    this.#failing = false;
    this.#starting = false;
  }

  /**
   * Said once when it begins; every one is counted. A backend that does not listen yet at the very
   * first poll is no failure to speak of: both are starting.
   */
  pollFailed(error: string): void {
    this.#failures.add(1);
    const notYet = this.#starting && error.includes('ECONNREFUSED');
    this.#starting = false;
    if (notYet) return;
    if (!this.#failing)
      this.#logger.warn('Settings cannot be read, the last good ones stay', { error });
    this.#failing = true;
  }

  keptFileUnreadable(error: string): void {
    this.#logger.warn('Kept settings cannot be read, the defaults are used', { error });
  }
}
