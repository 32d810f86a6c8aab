/**
 * A request, or a program, is not for rewriting in place: what would be right for it takes columns. No
 * fault of the bytes, and nothing was changed.
 */
export class WireUnsupportedError extends Error {
  /** Whether it is the program: it will not do for the next request either. */
  readonly isProgram: boolean;

  constructor(reason: string, isProgram: boolean) {
    super(`not to be rewritten in place: ${reason}`);
    this.name = 'WireUnsupportedError';
    this.isProgram = isProgram;
  }
}

export function unsupported(reason: string): never {
  throw new WireUnsupportedError(reason, false);
}

export function unsupportedProgram(reason: string): never {
  throw new WireUnsupportedError(reason, true);
}
