import type { FunctionDefinition } from '../compile/function-definition.ts';
import { EvaluationError } from '../errors.ts';
import { goType } from '../value/value.ts';
import { stringLike } from '../value/value-text.ts';
import { converter } from './define.ts';

/** `Concat(values, delimiter)`: the values are any list; nil is written as `<nil>`. */
export const concat: FunctionDefinition = converter('Concat', ['values', 'delimiter'], (args) => {
  const values = args.value('values');
  const delimiter = args.string('delimiter');
  return (cursor) => {
    const list = values(cursor);
    if (!Array.isArray(list)) {
      throw new EvaluationError(`expected a slice, got ${goType(list)}`);
    }
    return list.map((value) => stringLike(value) ?? '<nil>').join(delimiter(cursor));
  };
});
