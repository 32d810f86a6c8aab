import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import { TextAnswers } from '../functions/text-answers.ts';
import { globGetter } from './glob.ts';
import { type ChangeText, changeValues, editText, replacementFilter } from './replacement.ts';

/** `replace_match(target, pattern, replacement, function?, replacement_format?)`: of text. */
export const replaceMatch: FunctionDefinition = {
  name: 'replace_match',
  parameters: ['target', 'pattern', 'replacement', 'function?', 'replacement_format?'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    return editText(args, replacer(args));
  },
};

/** `replace_all_matches(target, pattern, replacement, function?, replacement_format?)`: of values. */
export const replaceAllMatches: FunctionDefinition = {
  name: 'replace_all_matches',
  parameters: ['target', 'pattern', 'replacement', 'function?', 'replacement_format?'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.mapTarget('target');
    const replace = replacer(args);
    return (cursor) => {
      target.edit(cursor, (map) => {
        changeValues(map, (text) => replace(cursor, text));
      });
      return null;
    };
  },
};

/** The replacement for a text that matches as a whole; undefined for another. */
function replacer<C>(args: Arguments<C>): ChangeText<C> {
  const glob = globGetter(args.compiled('pattern'));
  const replacement = args.string('replacement');
  const filter = replacementFilter(args);
  const answers = TextAnswers.matches();
  return (cursor, text) => {
    const regexp = glob(cursor);
    if (!answers.of(regexp, text)) return undefined;
    const replaced = replacement(cursor);
    return filter === undefined ? replaced : filter(cursor, replaced);
  };
}
