import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';

/** `Concat(values, delimiter)`: nil is written as `<nil>`. */
export const concat: FunctionDefinition = {
  name: 'Concat',
  parameters: ['values', 'delimiter'],
  pure: true,
  create<C>(args: Arguments<C>): Getter<C> {
    const values = args.stringLikes('values');
    const delimiter = args.string('delimiter');
    return (cursor) => values.map((value) => value(cursor) ?? '<nil>').join(delimiter(cursor));
  },
};
