import type { Logger } from '@sonde/pipeline';
import type { Entry } from './entry.ts';
import type { Program } from './expr/program.ts';

/** What becomes of an entry that an operator cannot work on; the quiet ones say it to debug logs. */
export type OnError = 'send' | 'send_quiet' | 'drop' | 'drop_quiet';

/** Takes an entry that an operator is done with; `route` is an index into the spec's `routes`. */
export type WriteEntry = (entry: Entry, route?: number) => void;

/** An operator at work. What it holds back it writes when it is asked to `flush`. */
export interface Operator {
  /** Throws `OperatorError` for an entry it cannot work on, before it wrote anything. */
  process(entry: Entry, write: WriteEntry): void;
  /** Writes what it has held back since before `heldSinceMs` (of `performance.now()`). */
  flush?(heldSinceMs: number, write: WriteEntry): void;
  /** How long it holds entries back at most. Milliseconds. */
  readonly holdMs?: number;
  /** The entries it holds back, the first of each source. */
  held?(): Iterable<Entry>;
}

/** What an operator is made with. */
export interface OperatorContext {
  readonly logger: Logger;
}

/** An operator as configured and checked. */
export interface OperatorSpec {
  /** As written; empty for its type. */
  readonly id: string;
  readonly type: string;
  /** Ids of operators; empty for the next one in the list. */
  readonly output: readonly string[];
  /** Undefined: every entry. */
  readonly condition: Program | undefined;
  readonly onError: OnError;
  /** Where a router writes to instead of `output`: ids of operators, by route. */
  readonly routes?: readonly (readonly string[])[];
  /** One operator, with a state of its own. */
  create(context: OperatorContext): Operator;
}
