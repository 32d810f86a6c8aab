import { SondeError } from '@sonde/pipeline';
import { IN_FLIGHT_RETRY_AFTER_MS } from './limits.ts';

/** Counts the bytes that requests hold on to, and refuses more than `bytesMax`. */
export class InFlightBytes {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** An account for one request; it must be closed. */
  open(): InFlightAccount {
    return new InFlightAccount((change) => {
      if (change > 0 && this.#bytes + change > this.#bytesMax) return false;
      this.#bytes += change;
      return true;
    });
  }
}

/** The bytes of one request. */
export class InFlightAccount {
  readonly #change: (bytes: number) => boolean;
  #bytes = 0;

  constructor(change: (bytes: number) => boolean) {
    this.#change = change;
  }

  /** Throws `SondeError` `OVERLOADED` when there is no room. */
  take(bytes: number): void {
    if (!this.#change(bytes)) {
      throw new SondeError('OVERLOADED', 'too many bytes of requests in flight', {
        retryAfterMs: IN_FLIGHT_RETRY_AFTER_MS,
      });
    }
    this.#bytes += bytes;
  }

  giveBack(bytes: number): void {
    this.#change(-bytes);
    this.#bytes -= bytes;
  }

  /** Gives back what is left. Idempotent. */
  close(): void {
    this.giveBack(this.#bytes);
  }
}
