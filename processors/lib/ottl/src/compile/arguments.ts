import type { GoRegexp } from '@sonde/go-regexp';
import { CompileError, EvaluationError } from '../errors.ts';
import type { DurationValue, TimeValue, Value, ValueMap } from '../value/value.ts';
import { stringLike } from '../value/value-text.ts';
import type { Accessor, Compiled, Getter } from './getter.ts';
import type { Lambda } from './lambda.ts';
import { type MapTarget, mapTarget } from './map-target.ts';
import { patternGetter } from './pattern.ts';
import {
  asBool,
  asDuration,
  asFloat,
  asInt,
  asList,
  asMap,
  asString,
  asTime,
  boolLike,
  bytesLike,
  floatLike,
  intLike,
} from './typed-getters.ts';

/** One argument of a call, not yet taken as anything. */
export interface Argument<C> {
  /** Its place in the call, from 0. */
  readonly position: number;
  /** Where it stands in the text. */
  readonly at: number;
  /** Reads it as a value. Throws `CompileError`. */
  value(): Compiled<C>;
  /** Reads it as a path that can be written to. */
  path(): Accessor<C>;
  /** The elements of a list literal; undefined for anything else. */
  list(): readonly Argument<C>[] | undefined;
  /** The number of an enum; undefined for anything else. */
  enum(): bigint | undefined;
  /** The function that it names; undefined for anything else. Throws for one that there is not. */
  function(): FunctionArgument<C> | undefined;
  /** The lambda that it is; undefined for anything else. */
  lambda(): Lambda<C> | undefined;
}

/** A converter given by name: makes its getter over other arguments, by parameter. */
export type FunctionArgument<C> = (input: Getter<C>) => Getter<C>;

/** A getter of values that may be nil. */
type Maybe<C, T> = Getter<C, T | null>;

/**
 * The arguments of one call, by the names of the definition's parameters. Each method says what the
 * argument must be; a wrong one throws the `CompileError` that the Collector has for it. Ask `has`
 * first for one that may be left out.
 */
export class Arguments<C> {
  /** As written: for error texts. */
  readonly functionName: string;
  readonly #given: ReadonlyMap<string, Argument<C>>;
  readonly #taken = new Set<string>();

  constructor(functionName: string, given: ReadonlyMap<string, Argument<C>>) {
    this.functionName = functionName;
    this.#given = given;
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  /** Any value. */
  value(name: string): Getter<C> {
    return this.compiled(name).get;
  }

  /** Any value, and whether it is a literal. */
  compiled(name: string): Compiled<C> {
    return this.#take(name, (argument) => argument.value());
  }

  string(name: string): Getter<C, string> {
    return this.#converted(name, asString);
  }

  stringLike(name: string): Maybe<C, string> {
    return this.#converted(name, stringLike);
  }

  int(name: string): Getter<C, bigint> {
    return this.#converted(name, asInt);
  }

  intLike(name: string): Maybe<C, bigint> {
    return this.#converted(name, intLike);
  }

  float(name: string): Getter<C, number> {
    return this.#converted(name, asFloat);
  }

  floatLike(name: string): Maybe<C, number> {
    return this.#converted(name, floatLike);
  }

  bool(name: string): Getter<C, boolean> {
    return this.#converted(name, asBool);
  }

  boolLike(name: string): Maybe<C, boolean> {
    return this.#converted(name, boolLike);
  }

  bytesLike(name: string): Maybe<C, Uint8Array> {
    return this.#converted(name, bytesLike);
  }

  time(name: string): Getter<C, TimeValue> {
    return this.#converted(name, asTime);
  }

  duration(name: string): Getter<C, DurationValue> {
    return this.#converted(name, asDuration);
  }

  /** The map is the row's own: copied before it is changed. */
  map(name: string): Getter<C, ValueMap> {
    return this.#converted(name, asMap);
  }

  list(name: string): Getter<C, readonly Value[]> {
    return this.#converted(name, asList);
  }

  /** A regular expression in Go's syntax. */
  pattern(name: string): Getter<C, GoRegexp> {
    // Outside what refuses an argument: the Collector says that the function cannot be made.
    return patternGetter(this.compiled(name), this.functionName);
  }

  /** The elements of a list that is written as one, each any value. */
  values(name: string): readonly Getter<C>[] {
    return this.#elements(name, 'Getter', (argument) => argument.value().get);
  }

  /** The values of a list's elements where they stand in the text; undefined for the others. */
  literalElements(name: string): readonly (Value | undefined)[] {
    return this.#elements(name, 'Getter', (argument) => argument.value().literal);
  }

  strings(name: string): readonly Getter<C, string>[] {
    return this.#elements(name, 'StringGetter', ofElement(asString));
  }

  stringLikes(name: string): readonly Maybe<C, string>[] {
    return this.#elements(name, 'StringLikeGetter', ofElement(stringLike));
  }

  ints(name: string): readonly Getter<C, bigint>[] {
    return this.#elements(name, 'IntGetter', ofElement(asInt));
  }

  floats(name: string): readonly Getter<C, number>[] {
    return this.#elements(name, 'FloatGetter', ofElement(asFloat));
  }

  maps(name: string): readonly Getter<C, ValueMap>[] {
    return this.#elements(name, 'PMapGetter', ofElement(asMap));
  }

  /** A string that stands in the text. */
  literalString(name: string): string {
    return this.#take(name, literalString);
  }

  literalInt(name: string): bigint {
    return this.#take(name, literalInt);
  }

  literalFloat(name: string): number {
    return this.#take(name, literalFloat);
  }

  literalBool(name: string): boolean {
    return this.#take(name, literalBool);
  }

  literalStrings(name: string): readonly string[] {
    return this.#elements(name, 'string', literalString);
  }

  literalFloats(name: string): readonly number[] {
    return this.#elements(name, 'float64', literalFloat);
  }

  literalInts(name: string): readonly bigint[] {
    return this.#elements(name, 'int64', literalInt);
  }

  enum(name: string): bigint {
    return this.#take(name, (argument) => {
      const number = argument.enum();
      if (number === undefined) throw new CompileError('must be an Enum', argument.at);
      return number;
    });
  }

  /** A path, to read and write. */
  path(name: string): Accessor<C> {
    return this.#take(name, (argument) => argument.path());
  }

  /** A path where a map lies, to change it. */
  mapTarget(name: string): MapTarget<C> {
    return this.#take(name, (argument) => mapTarget(argument.path()));
  }

  /** The converter that the argument names. */
  function(name: string): FunctionArgument<C> {
    return this.#take(name, (argument) => {
      const made = argument.function();
      if (made === undefined) throw new CompileError('invalid function name given', argument.at);
      return made;
    });
  }

  /** `(key, value) => body` with that many parameters; `role` is what errors call it. */
  lambda(name: string, arity: number, role = ''): Lambda<C> {
    const lambda = this.#take(name, (argument) => {
      const made = argument.lambda();
      if (made === undefined) throw new CompileError('must be a lambda expression', argument.at);
      return made;
    });
    if (lambda.arity === arity) return lambda;
    const error = new CompileError(
      `lambda should be defined with exactly ${arity} formal(s), but has ${lambda.arity}`,
    );
    throw role === '' ? error : error.within(`invalid ${role}`);
  }

  /** Names of given arguments that `create` did not take: a mistake of the function. */
  untaken(): readonly string[] {
    return [...this.#given.keys()].filter((name) => !this.#taken.has(name));
  }

  #take<T>(name: string, read: (argument: Argument<C>) => T): T {
    const argument = this.#given.get(name);
    if (argument === undefined) throw new Error(`${this.functionName} has no argument ${name}`);
    this.#taken.add(name);
    try {
      return read(argument);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      error.at ??= argument.at;
      throw error.within(`invalid argument at position ${argument.position}`);
    }
  }

  #converted<T>(name: string, convert: (value: Value) => T): Getter<C, T> {
    return this.#take(name, (argument) => converted(argument.value(), convert));
  }

  #elements<T>(name: string, type: string, read: (argument: Argument<C>) => T): readonly T[] {
    return this.#take(name, (argument) => {
      const list = argument.list();
      if (list === undefined) throw new CompileError(`must be a list of type ${type}`);
      return list.map((element, i) => {
        try {
          return read(element);
        } catch (error) {
          if (!(error instanceof CompileError)) throw error;
          throw error.within(`error while parsing list argument at index ${i}`);
        }
      });
    });
  }
}

/** A literal is converted at once: a wrong one refuses the statement. */
function converted<C, T>(
  { get, literal }: Compiled<C>,
  convert: (value: Value) => T,
): Getter<C, T> {
  if (literal === undefined) return (cursor) => convert(get(cursor));
  const value = convertedLiteral(literal, convert);
  return () => value;
}

function convertedLiteral<T>(literal: Value, convert: (value: Value) => T): T {
  try {
    return convert(literal);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw new CompileError(error.message, undefined, { cause: error });
  }
}

function ofElement<T>(convert: (value: Value) => T): <C>(argument: Argument<C>) => Getter<C, T> {
  return (argument) => converted(argument.value(), convert);
}

function literalString<C>(argument: Argument<C>): string {
  const { literal } = argument.value();
  if (typeof literal !== 'string') throw new CompileError('must be a string', argument.at);
  return literal;
}

function literalInt<C>(argument: Argument<C>): bigint {
  const { literal } = argument.value();
  if (typeof literal !== 'bigint') throw new CompileError('must be an int', argument.at);
  return literal;
}

function literalFloat<C>(argument: Argument<C>): number {
  const { literal } = argument.value();
  if (typeof literal !== 'number') throw new CompileError('must be a float', argument.at);
  return literal;
}

function literalBool<C>(argument: Argument<C>): boolean {
  const { literal } = argument.value();
  if (typeof literal !== 'boolean') throw new CompileError('must be a bool', argument.at);
  return literal;
}
