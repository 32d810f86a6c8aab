import type { FunctionDefinition } from '../compile/function-definition.ts';
import { EvaluationError } from '../errors.ts';
import { converter } from './define.ts';
import { goFloatText } from './go-float.ts';
import { parseInteger } from './parse-integer.ts';

const double = converter('Double', ['target'], (args) => args.floatLike('target'));
const bool = converter('Bool', ['target'], (args) => args.boolLike('target'));
const string = converter('String', ['target'], (args) => args.stringLike('target'));

const log = converter('Log', ['target'], (args) => {
  const target = args.floatLike('target');
  return (cursor) => {
    const value = target(cursor);
    if (value === null) throw new EvaluationError('invalid input: <nil>');
    if (value <= 0) {
      throw new EvaluationError(
        `invalid input: expected number greater than zero but got ${goFloatText(value)}`,
      );
    }
    return Math.log(value);
  };
});

const parseInt64 = converter('ParseInt', ['target', 'base'], (args) => {
  const target = args.string('target');
  const base = args.int('base');
  return (cursor) => {
    const text = target(cursor);
    if (text === '') {
      throw new EvaluationError(
        'invalid target value for ParseInt function, target cannot be empty',
      );
    }
    const radix = base(cursor);
    if (radix < 0n) {
      throw new EvaluationError(
        `invalid base value: ${radix} for ParseInt function, base cannot be negative`,
      );
    }
    return parseInteger(text, radix);
  };
});

const hex = converter('Hex', ['target'], (args) => {
  const target = args.bytesLike('target');
  return (cursor) => Buffer.from(target(cursor) ?? []).toString('hex');
});

export const NUMBERS: readonly FunctionDefinition[] = [double, bool, string, log, parseInt64, hex];
