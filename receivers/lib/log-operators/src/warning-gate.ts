import type { LogFields, Logger } from '@sonde/pipeline';
import { WARNING_INTERVAL_MS } from './limits.ts';

/** Messages that are told apart; more of them share one entry. */
const MESSAGES_MAX = 100;

/** Writes a message once in `WARNING_INTERVAL_MS`, with the number of those it left out. */
export class WarningGate {
  readonly #logger: Logger;
  readonly #seen = new Map<string, { untilMs: number; suppressed: number }>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  warn(message: string, fields: LogFields = {}): void {
    const now = performance.now();
    const key = this.#seen.size < MESSAGES_MAX || this.#seen.has(message) ? message : '';
    const seen = this.#seen.get(key);
    if (seen !== undefined && now < seen.untilMs) {
      seen.suppressed++;
      return;
    }
    const suppressed = seen?.suppressed ?? 0;
    this.#seen.set(key, { untilMs: now + WARNING_INTERVAL_MS, suppressed: 0 });
    this.#logger.warn(message, suppressed > 0 ? { ...fields, suppressed } : fields);
  }
}
