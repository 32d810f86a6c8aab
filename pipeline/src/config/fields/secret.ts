import { z } from 'zod';

/** What is shown instead of a secret. */
export const REDACTED = '[REDACTED]';

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

const SECRET_SCHEMAS = new WeakSet<object>();

export function secret(): z.ZodType<Secret> {
  const schema = z.string().transform((text): Secret => new Secret(text));
  SECRET_SCHEMAS.add(schema);
  return schema;
}

/** True for a schema that `secret` made. */
export function isSecretSchema(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && SECRET_SCHEMAS.has(schema);
}
