import { CompileError } from '../errors.ts';
import { type Argument, Arguments } from './arguments.ts';
import type { ContextFunction } from './function-definition.ts';
import { type Compiled, type Getter, Level } from './getter.ts';

interface GivenArgument<C> {
  /** Empty for one by position. */
  readonly name: string;
  readonly argument: Argument<C>;
}

/** A call with its arguments; a pure one of literals alone is computed when it is first asked. */
export function compileCall<C>(
  definition: ContextFunction<C>,
  given: readonly GivenArgument<C>[],
  at: number,
): Compiled<C> {
  let level: Level = definition.pure ? Level.constant : Level.row;
  const raise = (other: Level): void => {
    if (other > level) level = other;
  };
  const args = new Arguments<C>(definition.name, bound(definition, given, at, raise));
  const get = created(definition, args, at);
  const untaken = args.untaken();
  if (untaken.length > 0) throw new Error(`${definition.name} does not read ${untaken.join(', ')}`);
  return { get: level === Level.constant ? onceScalar(get) : get, level };
}

function created<C>(definition: ContextFunction<C>, args: Arguments<C>, at: number): Getter<C> {
  try {
    return definition.create(args);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    error.at ??= at;
    const isArgument = error.message.startsWith('invalid argument at position');
    throw error.within(
      isArgument
        ? `error while parsing arguments for call to "${definition.name}"`
        : "couldn't create function",
    );
  }
}

/** Arguments by the names of parameters. */
function bound<C>(
  { name: functionName, parameters }: ContextFunction<C>,
  given: readonly GivenArgument<C>[],
  at: number,
  raise: (level: Level) => void,
): ReadonlyMap<string, Argument<C>> {
  const refuse = (text: string, where: number): CompileError =>
    new CompileError(text, where).within(
      `error while parsing arguments for call to "${functionName}"`,
    );
  const names = parameters.map((name) => name.replace(/\?$/, ''));
  const required = parameters.filter((name) => !name.endsWith('?')).length;
  const firstNamed = given.findIndex(({ name }) => name !== '');
  const strayed = given.find(({ name }, i) => name === '' && firstNamed !== -1 && i > firstNamed);
  if (strayed !== undefined) {
    throw refuse('unnamed argument used after named argument', strayed.argument.at);
  }
  if (given.length < required || given.length > names.length) {
    const counts = `Expected: ${names.length} Received: ${given.length}`;
    throw refuse(`incorrect number of arguments. ${counts}`, at);
  }
  const byName = new Map<string, Argument<C>>();
  for (const [i, { name, argument }] of given.entries()) {
    const parameter = name === '' ? names[i] : names.find((one) => camel(one) === camel(name));
    if (parameter === undefined) throw refuse(`no such parameter: ${name}`, argument.at);
    byName.set(parameter, levelled(argument, raise));
  }
  const missing = parameters.find((name) => !name.endsWith('?') && !byName.has(name));
  if (missing !== undefined) throw refuse(`missing argument for parameter ${missing}`, at);
  return byName;
}

function camel(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

/** An argument that tells how often what it is read as can change. */
function levelled<C>(argument: Argument<C>, raise: (level: Level) => void): Argument<C> {
  return {
    ...argument,
    value: () => {
      const compiled = argument.value();
      raise(compiled.level);
      return compiled;
    },
    path: () => {
      const accessor = argument.path();
      raise(accessor.level);
      return accessor;
    },
    lambda: () => {
      const lambda = argument.lambda();
      if (lambda !== undefined) raise(Level.row);
      return lambda;
    },
    list: () => argument.list()?.map((element) => levelled(element, raise)),
  };
}

/** Lists and maps are made anew, because they may be changed. */
function onceScalar<C>(get: Getter<C>): Getter<C> {
  const box: { value?: ReturnType<Getter<C>> } = {};
  return (cursor) => {
    if (box.value !== undefined) return box.value;
    const value = get(cursor);
    if (!Array.isArray(value) && !(value instanceof Map)) box.value = value;
    return value;
  };
}
