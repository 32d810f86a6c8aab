import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import { pdataText } from '../value/value-text.ts';

/** `stringify_all(target)`: every value as its text. */
export const stringifyAll: FunctionDefinition = {
  name: 'stringify_all',
  parameters: ['target'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.mapTarget('target');
    return (cursor) => {
      target.edit(cursor, (map) => {
        for (let i = 0; i < map.size; i++) {
          const value = map.valueAt(i);
          if (typeof value !== 'string') map.setAt(i, pdataText(value));
        }
      });
      return null;
    };
  },
};
