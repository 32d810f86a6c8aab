import { LARGE_BODY_BYTES } from './limits.ts';

/** The turn of the body that came last. */
let last: Promise<void> = Promise.resolve();

/**
 * Resolves when it is this body's turn to be read: a large one holds the event loop for a moment, and
 * between two of them whatever else is ready goes first. Undefined: small ones need no turn.
 */
export function turnOf(bytes: number): Promise<void> | undefined {
  if (bytes <= LARGE_BODY_BYTES) return undefined;
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}
