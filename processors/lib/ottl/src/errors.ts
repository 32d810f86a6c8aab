/**
 * The text of a statement is wrong: raised while it is compiled. `at` is where in the text, in
 * characters from 0; whoever knows the place first fills it in.
 */
export class CompileError extends Error {
  at: number | undefined;

  constructor(message: string, at?: number, options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'CompileError';
    this.at = at;
  }

  /** The same error with words before it. */
  within(prefix: string): CompileError {
    return new CompileError(`${prefix}: ${this.message}`, this.at, { cause: this });
  }
}

/** A statement met data that it cannot work on: what `error_mode` decides about. */
export class EvaluationError extends Error {
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'EvaluationError';
  }
}

/** Compiles `text`, a `statement` or `condition`; its errors name it as the Collector's do. */
export function withText<T>(what: string, text: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    throw error.within(`unable to parse OTTL ${what} ${JSON.stringify(text)}`);
  }
}
