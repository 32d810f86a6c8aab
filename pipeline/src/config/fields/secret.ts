import { z } from 'zod';

const REDACTED = '[REDACTED]';

/**
 * A text that is never printed: logs, JSON and error texts get `[REDACTED]` (`configopaque`), and
 * `util.inspect` sees nothing.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Only where it is used, never to keep or show it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }
}

export function secret(): z.ZodType<Secret> {
  return z.string().transform((text): Secret => new Secret(text));
}
