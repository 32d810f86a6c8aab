import type { Counter } from '@opentelemetry/api';
import type { Logger } from '../logger.ts';
import type { OwnTelemetry } from './own-telemetry.ts';

/** What becomes of a request to read the configuration again. */
export class ReloadEvents {
  readonly #logger: Logger;
  readonly #reloads: Counter;

  constructor(logger: Logger, telemetry: OwnTelemetry) {
    this.#logger = logger;
    this.#reloads = telemetry.counter('sonde_config_reloads', {
      unit: '{reloads}',
      description: 'Requests to read the configuration again, by what became of them.',
    });
  }

  /** Nothing was stopped. */
  refused(error: Error): void {
    this.#reloads.add(1, { outcome: 'refused' });
    this.#logger.error('Config is invalid, the running pipelines stay', { error: error.message });
  }

  restarting(configVersion: string): void {
    this.#logger.warn('Config updated, restart service', { config_version: configVersion });
  }

  succeeded(): void {
    this.#reloads.add(1, { outcome: 'succeeded' });
  }

  /** The old pipelines were stopped already, and are started again. */
  failed(error: Error): void {
    this.#reloads.add(1, { outcome: 'failed' });
    this.#logger.error('The new config does not start, the one before is started again', {
      error: error.message,
    });
  }
}
