import type { Entry } from './entry.ts';

/** Changes an entry in place. Throws `OperatorError`. */
export type Transform = (entry: Entry) => void;
