import { setMaxListeners } from 'node:events';
import type { RetryConfig } from '../config/fields/retry-on-failure.ts';
import { SondeError } from '../errors.ts';
import type { SendingEvents } from '../events/sending-events.ts';
import type { Telemetry } from '../telemetry.ts';
import { attemptPush } from './attempt.ts';
import { Backoff } from './backoff.ts';
import type { Destination, SendResult } from './destination.ts';

export interface RetryingSenderOptions {
  readonly destination: Destination;
  /** Undefined: one attempt. */
  readonly retry: RetryConfig | undefined;
  /** Of one attempt; 0 is no limit. */
  readonly timeoutMs: number;
  readonly events: SendingEvents;
}

/**
 * Tries again what may succeed later, with growing pauses, until `max_elapsed_time` is over. The
 * code of the last error stands, so that a caller that waits may still keep the data.
 */
export class RetryingSender {
  readonly #options: RetryingSenderOptions;
  /** Ends the pauses. */
  readonly #hurry = new AbortController();
  /** Ends the attempts too. */
  readonly #giveUp = new AbortController();

  constructor(options: RetryingSenderOptions) {
    this.#options = options;
    // Every request under way listens; the queue's consumers, or the callers, bound them.
    setMaxListeners(0, this.#hurry.signal, this.#giveUp.signal);
  }

  /** Rejects with `SondeError` only. */
  async send(telemetry: Telemetry): Promise<SendResult> {
    const { destination, retry, timeoutMs, events } = this.#options;
    const giveUp = this.#giveUp.signal;
    if (retry === undefined)
      return await attemptPush(destination, telemetry, { timeoutMs, giveUp });
    const backoff = new Backoff(retry);
    const { maxElapsedTimeMs } = retry;
    const lastMs =
      maxElapsedTimeMs > 0 ? performance.now() + maxElapsedTimeMs : Number.POSITIVE_INFINITY;
    let failure: SondeError;
    // Ends by success, a permanent error, `max_elapsed_time` or shutdown.
    do {
      try {
        return await attemptPush(destination, telemetry, { timeoutMs, giveUp });
      } catch (thrown) {
        failure = SondeError.from(thrown);
      }
      if (failure.retryable) await this.#pauseAfter(failure, { backoff, lastMs, events });
    } while (failure.retryable);
    throw restated(failure, 'not retryable error: Permanent error');
  }

  async #pauseAfter(
    failure: SondeError,
    { backoff, lastMs, events }: { backoff: Backoff; lastMs: number; events: SendingEvents },
  ): Promise<void> {
    const hurry = this.#hurry.signal;
    if (hurry.aborted) throw interrupted(failure);
    const delayMs = backoff.next(failure.retryAfterMs);
    if (performance.now() + delayMs > lastMs) throw restated(failure, 'no more retries left');
    events.willRetry(failure, delayMs);
    if (!(await pause(delayMs, hurry))) throw interrupted(failure);
  }

  /** From now on there are no pauses: what fails is not tried again. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** Ends what is under way. */
  giveUp(): void {
    this.#hurry.abort();
    this.#giveUp.abort();
  }
}

function interrupted(error: SondeError): SondeError {
  const text = 'interrupted due to shutdown';
  const message = error.message.startsWith(text) ? error.message : `${text}: ${error.message}`;
  return new SondeError('SHUTTING_DOWN', message, { cause: error });
}

function restated(error: SondeError, text: string): SondeError {
  const { code, message, retryAfterMs } = error;
  return new SondeError(code, `${text}: ${message}`, {
    cause: error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Whether the time passed; false when `hurry` aborted first. */
function pause(ms: number, hurry: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const onHurry = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      hurry.removeEventListener('abort', onHurry);
      resolve(true);
    }, ms);
    hurry.addEventListener('abort', onHurry, { once: true });
  });
}
