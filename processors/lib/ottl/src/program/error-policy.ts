import { EvaluationError } from '../errors.ts';

/** What happens when a statement or condition fails on a row. */
export type ErrorMode = 'propagate' | 'ignore' | 'silent';

const ERROR_MODES: readonly ErrorMode[] = ['propagate', 'ignore', 'silent'];

/** A mode as it is written, in any case; undefined for what is none. */
export function errorModeOf(text: string): ErrorMode | undefined {
  const wanted = text.toLowerCase();
  return ERROR_MODES.find((mode) => mode === wanted);
}

export interface ErrorPolicyOptions {
  readonly mode: ErrorMode;
  /** Told of a failure when the mode is `ignore`. */
  readonly warn: (message: string, fields: Readonly<Record<string, string>>) => void;
  /** Told of every failure, whatever the mode. */
  readonly failed?: (kind: 'statement' | 'condition') => void;
}

/**
 * `propagate` throws an `EvaluationError` that ends the batch, `ignore` logs and goes on with the next
 * statement, `silent` goes on. Anything but an `EvaluationError` is thrown on: it is no matter of data.
 */
export class ErrorPolicy {
  readonly #options: ErrorPolicyOptions;

  constructor(options: ErrorPolicyOptions) {
    this.#options = options;
  }

  statementFailed(statement: string, error: unknown): void {
    const failure = this.#count(error, 'statement');
    this.#decide('failed to execute statement', { statement }, failure);
  }

  conditionFailed(condition: string, error: unknown): void {
    const failure = this.#count(error, 'condition');
    this.#decide('failed to eval condition', { condition }, failure);
  }

  #count(error: unknown, kind: 'statement' | 'condition'): EvaluationError {
    const failure = asFailure(error);
    this.#options.failed?.(kind);
    return failure;
  }

  #decide(message: string, subject: Readonly<Record<string, string>>, error: Error): void {
    const { mode, warn } = this.#options;
    if (mode === 'propagate') {
      const text = Object.values(subject).join('');
      throw new EvaluationError(`${message}: ${text}, ${error.message}`, { cause: error });
    }
    if (mode === 'ignore') warn(message, { error: error.message, ...subject });
  }
}

/** Data nested as deep as no stack goes fails like other data; whatever else was thrown goes on. */
function asFailure(error: unknown): EvaluationError {
  if (error instanceof EvaluationError) return error;
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return new EvaluationError('value is nested too deeply', { cause: error });
  }
  throw error;
}
