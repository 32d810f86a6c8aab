import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import { CompileError } from '../errors.ts';
import { copyValue } from '../value/value.ts';

const STRATEGIES: readonly string[] = ['insert', 'update', 'upsert'];

/** `merge_maps(target, source, strategy)`: `insert`, `update` or `upsert`. */
export const mergeMaps: FunctionDefinition = {
  name: 'merge_maps',
  parameters: ['target', 'source', 'strategy'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.mapTarget('target');
    const source = args.map('source');
    const strategy = args.literalString('strategy');
    if (!STRATEGIES.includes(strategy)) {
      throw new CompileError(
        `invalid value for strategy, ${strategy}, must be 'insert', 'update' or 'upsert'`,
      );
    }
    return (cursor) => {
      const merged = source(cursor);
      target.edit(cursor, (map) => {
        for (const [key, value] of merged) {
          const index = map.indexOf(key);
          if (index === -1 && strategy !== 'update') map.append(key, copyValue(value));
          if (index !== -1 && strategy !== 'insert') map.setAt(index, copyValue(value));
        }
      });
      return null;
    };
  },
};
