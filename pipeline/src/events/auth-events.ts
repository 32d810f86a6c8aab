import type { Counter } from '@opentelemetry/api';
import type { Logger } from '../logger.ts';
import { OwnTelemetry } from './own-telemetry.ts';

/** What happens to credentials at authenticator extensions. They are in none of it. */
export class AuthEvents {
  readonly #logger: Logger;
  readonly #extension: string;
  readonly #denied: Counter;

  constructor(extension: string, logger: Logger, telemetry: OwnTelemetry = new OwnTelemetry()) {
    this.#extension = extension;
    this.#logger = logger;
    this.#denied = telemetry.counter('sonde_auth_denied', {
      unit: '{requests}',
      description: 'Requests without credentials, or with such that are not known.',
    });
  }

  denied(reason: string, peer: string): void {
    this.#denied.add(1, { extension: this.#extension, reason });
    this.#logger.debug('Request denied', { reason, peer });
  }

  /** What was read before stays valid. */
  fileUnreadable(path: string, error: string): void {
    this.#logger.error('Credentials cannot be read, the ones read before stay', { path, error });
  }
}
