import { type Logger, OwnTelemetry } from '@sonde/pipeline';

/** What happens at the door. Tokens are in none of it. */
export class TokenEvents {
  readonly #logger: Logger;
  readonly #denied: ReturnType<OwnTelemetry['counter']>;
  readonly #id: string;

  constructor(id: string, logger: Logger) {
    this.#id = id;
    this.#logger = logger;
    this.#denied = new OwnTelemetry().counter('sonde_ingest_tokens_denied', {
      unit: '{requests}',
      description: 'Requests without a token, or with one that is not known.',
    });
  }

  denied(reason: 'missing' | 'unknown', peer: string): void {
    this.#denied.add(1, { extension: this.#id, reason });
    this.#logger.debug('Request denied', { reason, peer });
  }

  fileRead(path: string, tokens: number): void {
    this.#logger.info('Ingest tokens read', { path, tokens });
  }

  /** The tokens of the last good reading stay valid. */
  fileUnreadable(path: string, error: string): void {
    this.#logger.error('Ingest tokens cannot be read, the ones read before stay', { path, error });
  }
}
