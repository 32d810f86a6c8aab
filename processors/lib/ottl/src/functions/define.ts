import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import type { DurationValue, TimeValue, Value } from '../value/value.ts';

type Create = <C>(args: Arguments<C>) => Getter<C>;

/** A converter whose value depends on its arguments alone. */
export function converter(
  name: string,
  parameters: readonly string[],
  create: Create,
): FunctionDefinition {
  return { name, parameters, pure: true, create };
}

/** A converter of one string. */
export function ofString(name: string, compute: (text: string) => Value): FunctionDefinition {
  return converter(name, ['target'], (args) => {
    const target = args.string('target');
    return (cursor) => compute(target(cursor));
  });
}

/** A converter of two strings, both of which may differ from row to row. */
export function ofTwoStrings(
  name: string,
  second: string,
  compute: (text: string, other: string) => Value,
): FunctionDefinition {
  return converter(name, ['target', second], (args) => {
    const target = args.string('target');
    const other = args.string(second);
    return (cursor) => compute(target(cursor), other(cursor));
  });
}

/** A converter of any one value. */
export function ofValue(name: string, compute: (value: Value) => Value): FunctionDefinition {
  return converter(name, ['target'], (args) => {
    const target = args.value('target');
    return (cursor) => compute(target(cursor));
  });
}

export function ofTime(name: string, compute: (time: TimeValue) => Value): FunctionDefinition {
  return converter(name, ['time'], (args) => {
    const time = args.time('time');
    return (cursor) => compute(time(cursor));
  });
}

export function ofDuration(
  name: string,
  compute: (duration: DurationValue) => Value,
): FunctionDefinition {
  return converter(name, ['duration'], (args) => {
    const duration = args.duration('duration');
    return (cursor) => compute(duration(cursor));
  });
}
