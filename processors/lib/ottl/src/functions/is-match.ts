import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import { TextAnswers } from './text-answers.ts';

/** `IsMatch(target, pattern)`: false for nil. */
export const isMatch: FunctionDefinition = {
  name: 'IsMatch',
  parameters: ['target', 'pattern'],
  pure: true,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.stringLike('target');
    const pattern = args.pattern('pattern');
    const answers = TextAnswers.matches();
    return (cursor) => {
      const regexp = pattern(cursor);
      const text = target(cursor);
      return text !== null && answers.of(regexp, text);
    };
  },
};
