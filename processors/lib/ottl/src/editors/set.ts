import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';

/**
 * `set(target, value)`: nil empties a map or list, makes an attribute or body empty and is refused by
 * other paths, as upstream since its gate `ottl.set.allowNil` is on.
 */
export const set: FunctionDefinition = {
  name: 'set',
  parameters: ['target', 'value'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.path('target');
    const value = args.value('value');
    return (cursor) => {
      target.set(cursor, value(cursor));
      return null;
    };
  },
};
