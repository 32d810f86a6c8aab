import { CompileError, EvaluationError } from '../errors.ts';
import type { FieldNode, LambdaNode } from '../grammar/syntax-tree.ts';
import { goType, type Value } from '../value/value.ts';
import type { PathKey } from './context.ts';
import { type Compiled, type Getter, Level } from './getter.ts';
import { type KeyValue, resultMember } from './index-value.ts';

/** `(key, value) => body`, ready to be called. */
export interface Lambda<C> {
  /** How many parameters it has, those it does not want included. */
  readonly arity: number;
  call(cursor: C, ...values: readonly Value[]): Value;
}

/** Where the body of a lambda finds the value of a parameter. */
interface Local {
  value: Value;
}

const BLANK = '_';

/** The parameters that can be seen where an expression stands: those of the lambdas around it. */
export class LocalScope {
  readonly #frames: ReadonlyMap<string, Local>[] = [];

  /**
   * Makes a lambda of what `compile` makes of its body, which sees its parameters and those around
   * it. Throws `CompileError`.
   */
  lambda<C>(node: LambdaNode, compile: () => Getter<C>): Lambda<C> {
    const locals = node.parameters.map((): Local => ({ value: null }));
    const frame = new Map<string, Local>();
    for (const [index, name] of node.parameters.entries()) {
      const local = locals[index];
      if (name === BLANK || local === undefined) continue;
      if (frame.has(name)) {
        throw new CompileError(`duplicate local identifier ${JSON.stringify(name)}`, node.at);
      }
      frame.set(name, local);
    }
    this.#frames.push(frame);
    try {
      const body = compile();
      return {
        arity: locals.length,
        call: (cursor, ...values) => {
          for (const [index, local] of locals.entries()) local.value = values[index] ?? null;
          return body(cursor);
        },
      };
    } finally {
      this.#frames.pop();
    }
  }

  /** The innermost parameter of that name, behind its keys; undefined where there is none. */
  local<C>(field: FieldNode, keys: () => readonly PathKey<C>[]): Compiled<C> | undefined {
    const local = this.#frames.findLast((frame) => frame.has(field.name))?.get(field.name);
    if (local === undefined) return undefined;
    const path = keys();
    if (path.length === 0) return { get: () => local.value, level: Level.row };
    return { get: (cursor) => behind(field.name, local.value, path, cursor), level: Level.row };
  }

  /** Whether a path that is to be written is a parameter: none can be. */
  refuseSetting({ name, at }: FieldNode): void {
    if (!this.#frames.some((frame) => frame.has(name))) return;
    throw new CompileError(`local identifier ${JSON.stringify(name)} cannot be set`, at);
  }
}

function behind<C>(name: string, value: Value, keys: readonly PathKey<C>[], cursor: C): Value {
  let found = value;
  try {
    for (const key of keys) found = localMember(found, key.get(cursor));
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    const text = `cannot index local identifier ${JSON.stringify(name)}: ${error.message}`;
    throw new EvaluationError(text, { cause: error });
  }
  return found;
}

/** As behind a converter, with the words that upstream has for the wrong kind of key. */
function localMember(value: Value, key: KeyValue): Value {
  const fits = typeof key === 'string' ? value instanceof Map : Array.isArray(value);
  if (fits) return resultMember(value, key);
  const kind = typeof key === 'string' ? 'string' : 'int';
  throw new EvaluationError(`type ${goType(value)} does not support ${kind} indexing`);
}
