import type { Arguments } from './arguments.ts';
import type { Getter } from './getter.ts';

/** What a function is, whatever the context. */
interface FunctionHead {
  /** `Concat` is a converter and has a value, `set` an editor and has none (it gives nil). */
  readonly name: string;
  /**
   * Names in order, as they are written in named arguments: `replacement_format`. A `?` behind one
   * says that it may be left out; those come last.
   */
  readonly parameters: readonly string[];
  /** The same arguments always give the same value: no clock, no random draw, no cursor. */
  readonly pure: boolean;
}

/**
 * A function of every context. `create` is called once a call in the text: it takes what it needs
 * from `args` (each argument once), does what can be done beforehand (compiles patterns) and gives
 * the getter that runs for each row.
 *
 * A `CompileError` thrown by `create` refuses the statement; an `EvaluationError` thrown by the getter
 * is what `error_mode` decides about. `create` is generic so that nothing depends on a context:
 *
 * ```ts
 * export const double: FunctionDefinition = {
 *   name: 'Twice',
 *   parameters: ['target'],
 *   pure: true,
 *   create<C>(args: Arguments<C>): Getter<C> {
 *     const target = args.int('target');
 *     return (cursor) => BigInt.asIntN(64, target(cursor) * 2n);
 *   },
 * };
 * ```
 */
export interface FunctionDefinition extends FunctionHead {
  create<C>(args: Arguments<C>): Getter<C>;
}

/** A function of one context alone: it may look at the cursor. Every `FunctionDefinition` is one. */
export interface ContextFunction<C> extends FunctionHead {
  create(args: Arguments<C>): Getter<C>;
}

/** Functions by name. */
export type FunctionRegistry<C> = ReadonlyMap<string, ContextFunction<C>>;

/** Of two of one name the later one is taken. */
export function functionRegistry<C>(
  ...lists: readonly (readonly ContextFunction<C>[])[]
): FunctionRegistry<C> {
  return new Map(lists.flat().map((one) => [one.name, one]));
}
