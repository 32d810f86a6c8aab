import { MalformedFormatError } from './malformed-format.ts';

/**
 * Spans, tags, logs, references and annotations of one message. An empty one takes two bytes on the
 * wire and over a hundred in memory.
 */
export const ELEMENTS_MAX = 500_000;

/** Counts the elements of one message; the one over the limit is refused. */
export class ElementBudget {
  readonly #format: string;
  #left = ELEMENTS_MAX;

  constructor(format: string) {
    this.#format = format;
  }

  /** Throws `MalformedFormatError` when there are too many. */
  take(count = 1): void {
    this.#left -= count;
    if (this.#left >= 0) return;
    throw new MalformedFormatError(this.#format, `more than ${ELEMENTS_MAX} elements`);
  }
}
