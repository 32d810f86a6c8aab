import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';

/** `Int(value)`: nil for text that is no int64. */
export const int: FunctionDefinition = {
  name: 'Int',
  parameters: ['target'],
  pure: true,
  create<C>(args: Arguments<C>): Getter<C> {
    return args.intLike('target');
  },
};
