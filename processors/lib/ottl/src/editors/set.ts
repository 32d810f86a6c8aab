import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';

/** `set(target, value)`: a value of nil changes nothing. */
export const set: FunctionDefinition = {
  name: 'set',
  parameters: ['target', 'value'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.path('target');
    const value = args.value('value');
    return (cursor) => {
      const found = value(cursor);
      if (found !== null) target.set(cursor, found);
      return null;
    };
  },
};
