import { quoteGo } from '@sonde/go-text';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import { EvaluationError } from '../errors.ts';
import { converter } from './define.ts';

/** Whether the last digit is the check digit of those before it. */
function isValid(number: string): boolean {
  const digits = number.replaceAll(' ', '');
  if (digits === '') return false;
  let sum = 0;
  for (let fromEnd = 0; fromEnd < digits.length; fromEnd++) {
    const character = digits.charAt(digits.length - 1 - fromEnd);
    if (!/[0-9]/.test(character)) {
      throw new EvaluationError(`strconv.Atoi: parsing ${quoteGo(character)}: invalid syntax`);
    }
    const weighted = Number(character) * (fromEnd % 2 === 0 ? 1 : 2);
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

export const isValidLuhn: FunctionDefinition = converter('IsValidLuhn', ['target'], (args) => {
  const target = args.stringLike('target');
  return (cursor) => {
    const number = target(cursor);
    if (number === null) throw new EvaluationError('invalid input: <nil>');
    return isValid(number);
  };
});
