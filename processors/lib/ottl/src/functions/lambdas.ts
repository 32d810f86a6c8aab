import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import type { Lambda } from '../compile/lambda.ts';
import { EvaluationError } from '../errors.ts';
import { copyValue, goType, type Value, type ValueMap } from '../value/value.ts';
import { stringLike } from '../value/value-text.ts';
import { converter } from './define.ts';

type Source = readonly Value[] | ValueMap;

/** Elements with what lambdas get of each: its index or key. */
function* entriesOf(source: Source): Generator<readonly [Value, Value]> {
  if (source instanceof Map) yield* source;
  else for (const [index, value] of source.entries()) yield [BigInt(index), value];
}

function sourceOf<C>(args: Arguments<C>): Getter<C, Source> {
  const source = args.value('source');
  return (cursor) => {
    const value = source(cursor);
    if (Array.isArray(value) || value instanceof Map) return value;
    const type = value === null ? '<nil>' : goType(value);
    throw new EvaluationError(`unsupported type provided: ${type}`);
  };
}

/** What a lambda makes of one element; a failure names it. Nil is one, as upstream has it. */
function evaluated<C>(
  lambda: Lambda<C>,
  cursor: C,
  element: readonly [Value, Value],
  options: { readonly what?: string; readonly before?: readonly Value[] } = {},
): Value {
  const { what = 'lambda function', before = [] } = options;
  try {
    const value = lambda.call(cursor, ...before, ...element);
    if (value === null) throw mustBe('<nil>', value);
    return value;
  } catch (error) {
    throw withElement(error, what, element);
  }
}

function withElement(error: unknown, what: string, [key, value]: readonly [Value, Value]): unknown {
  if (!(error instanceof EvaluationError)) return error;
  const kind = typeof key === 'string' ? 'map' : 'slice';
  const item = `(${String(key)}, ${stringLike(value) ?? '<nil>'})`;
  const text = `error while evaluating ${what} on ${kind} item ${item}: ${error.message}`;
  return new EvaluationError(text, { cause: error });
}

function mustBe(type: string, value: Value): EvaluationError {
  const found = value === null ? '<nil>' : goType(value);
  return new EvaluationError(`lambda expression must return a value of type ${type}, got ${found}`);
}

function matches<C>(lambda: Lambda<C>, cursor: C, element: readonly [Value, Value]): boolean {
  const value = evaluated(lambda, cursor, element);
  if (typeof value === 'boolean') return value;
  throw withElement(mustBe('bool', value), 'lambda function', element);
}

const all = converter('All', ['source', 'predicate'], (args) => {
  const source = sourceOf(args);
  const predicate = args.lambda('predicate', 2);
  return (cursor) => {
    for (const element of entriesOf(source(cursor))) {
      if (!matches(predicate, cursor, element)) return false;
    }
    return true;
  };
});

const any = converter('Any', ['source', 'predicate'], (args) => {
  const source = sourceOf(args);
  const predicate = args.lambda('predicate', 2);
  return (cursor) => {
    for (const element of entriesOf(source(cursor))) {
      if (matches(predicate, cursor, element)) return true;
    }
    return false;
  };
});

const filter = converter('Filter', ['source', 'predicate'], (args) => {
  const source = sourceOf(args);
  const predicate = args.lambda('predicate', 2);
  return (cursor) => {
    const from = source(cursor);
    const kept = [...entriesOf(from)].filter((element) => matches(predicate, cursor, element));
    return rebuilt(
      from,
      kept.map(([key, value]) => [key, copyValue(value)]),
    );
  };
});

/** A list of the values, or a map of the pairs, as what they are from. */
function rebuilt(from: Source, pairs: readonly (readonly [Value, Value])[]): Value {
  if (!(from instanceof Map)) return pairs.map(([, value]) => value);
  return new Map(pairs.map(([key, value]) => [String(key), value]));
}

const find = converter('Find', ['source', 'predicate', 'mapper?'], (args) => {
  const source = sourceOf(args);
  const predicate = args.lambda('predicate', 2, 'predicate');
  const mapper = args.has('mapper') ? args.lambda('mapper', 2, 'mapper') : undefined;
  return (cursor) => {
    for (const element of entriesOf(source(cursor))) {
      if (!matches(predicate, cursor, element)) continue;
      if (mapper === undefined) return copyValue(element[1]);
      return evaluated(mapper, cursor, element, { what: 'mapper lambda function' });
    }
    return null;
  };
});

const mapEach = converter('MapEach', ['source', 'mapper'], (args) => {
  const source = sourceOf(args);
  const mapper = args.lambda('mapper', 2);
  return (cursor) => {
    const from = source(cursor);
    const pairs = [...entriesOf(from)].map((element): readonly [Value, Value] => [
      element[0],
      copyValue(evaluated(mapper, cursor, element)),
    ]);
    return rebuilt(from, pairs);
  };
});

const mapKeys = converter('MapKeys', ['source', 'key_mapper'], (args) => {
  const source = args.map('source');
  const mapper = args.lambda('key_mapper', 2);
  return (cursor) => {
    const renamed: ValueMap = new Map();
    for (const element of source(cursor)) {
      const key = evaluated(mapper, cursor, element);
      if (typeof key !== 'string') {
        throw withElement(mustBe('string', key), 'lambda function', element);
      }
      renamed.set(key, copyValue(element[1]));
    }
    return renamed;
  };
});

const reduce = converter('Reduce', ['source', 'seed', 'accumulator'], (args) => {
  const source = sourceOf(args);
  const seed = args.value('seed');
  const accumulator = args.lambda('accumulator', 3);
  return (cursor) => {
    let sum = seed(cursor);
    const options = { what: 'accumulator function' };
    for (const element of entriesOf(source(cursor))) {
      sum = evaluated(accumulator, cursor, element, { ...options, before: [sum] });
    }
    return sum;
  };
});

const when = converter('When', ['condition', 'true_value', 'false_value'], (args) => {
  const condition = args.lambda('condition', 0);
  const yes = args.value('true_value');
  const no = args.value('false_value');
  return (cursor) => {
    const answer = conditionOf(condition, cursor);
    return answer ? yes(cursor) : no(cursor);
  };
});

function conditionOf<C>(condition: Lambda<C>, cursor: C): boolean {
  try {
    const answer = condition.call(cursor);
    if (typeof answer === 'boolean') return answer;
    throw mustBe('bool', answer);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    const text = `error while evaluating lambda function: ${error.message}`;
    throw new EvaluationError(text, { cause: error });
  }
}

/** Those that take a lambda. The Collector has them behind the gate `ottl.functions.enableLambda`. */
export const LAMBDAS: readonly FunctionDefinition[] = [
  all,
  any,
  filter,
  find,
  mapEach,
  mapKeys,
  reduce,
  when,
];
