import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import { CompileError } from '../errors.ts';

/** `limit(target, limit, priority_keys[])`: the keys named first stay, then those that come first. */
export const limit: FunctionDefinition = {
  name: 'limit',
  parameters: ['target', 'limit', 'priority_keys'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.mapTarget('target');
    const most = args.literalInt('limit');
    const priority = new Set(args.literalStrings('priority_keys'));
    if (most < 0n) {
      throw new CompileError(`invalid limit for limit function, ${most} cannot be negative`);
    }
    if (most < BigInt(priority.size)) {
      throw new CompileError(
        `invalid limit for limit function, ${most} cannot be less than number of priority attributes ${priority.size}`,
      );
    }
    return (cursor) => {
      target.edit(cursor, (map) => {
        if (BigInt(map.size) <= most) return;
        let rest = most;
        for (let i = 0; i < map.size; i++) if (priority.has(map.keyAt(i))) rest -= 1n;
        for (let i = 0; i < map.size; ) {
          if (priority.has(map.keyAt(i))) i++;
          else if (rest > 0n) {
            rest -= 1n;
            i++;
          } else map.removeAt(i);
        }
      });
      return null;
    };
  },
};
