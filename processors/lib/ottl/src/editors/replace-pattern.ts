import type { GoRegexp } from '@sonde/go-regexp';
import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { EditableMap, Getter } from '../compile/getter.ts';
import { asString } from '../compile/typed-getters.ts';
import { CompileError } from '../errors.ts';
import { TextAnswers } from '../functions/text-answers.ts';
import {
  type ChangeText,
  changeValues,
  editText,
  replaceAll,
  replacementFilter,
  templateReplace,
} from './replacement.ts';

/** `replace_pattern(target, regex, replacement, function?, replacement_format?)`: of text. */
export const replacePattern: FunctionDefinition = {
  name: 'replace_pattern',
  parameters: ['target', 'regex', 'replacement', 'function?', 'replacement_format?'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    return editText(args, replacer(args));
  },
};

/** `replace_all_patterns(target, mode, regex, replacement, function?, replacement_format?)`. */
export const replaceAllPatterns: FunctionDefinition = {
  name: 'replace_all_patterns',
  parameters: ['target', 'mode', 'regex', 'replacement', 'function?', 'replacement_format?'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.mapTarget('target');
    const mode = args.literalString('mode');
    const replace = replacer(args);
    if (mode !== 'key' && mode !== 'value') {
      throw new CompileError(`invalid mode ${mode}, must be either 'key' or 'value'`);
    }
    return (cursor) => {
      target.edit(cursor, (map) => {
        const change = (text: string): string | undefined => replace(cursor, text);
        if (mode === 'value') changeValues(map, change);
        else replaceKeys(map, change);
      });
      return null;
    };
  },
};

/** The text with its matches replaced; undefined for one without a match. */
function replacer<C>(args: Arguments<C>): ChangeText<C> {
  const pattern = args.pattern('regex');
  const { get, literal } = args.compiled('replacement');
  const filter = replacementFilter(args);
  if (typeof literal === 'string' && filter === undefined) return fixedReplacer(pattern, literal);
  const answers = TextAnswers.matches();
  return (cursor, text) => {
    const regexp = pattern(cursor);
    if (!answers.of(regexp, text)) return undefined;
    const template = asString(get(cursor));
    if (filter === undefined) return replaceAll(regexp, text, template);
    return replaceAll(regexp, text, template, (one) => filter(cursor, one));
  };
}

/** Of one template: a text is replaced once, however often it comes. */
function fixedReplacer<C>(pattern: Getter<C, GoRegexp>, template: string): ChangeText<C> {
  const replace = templateReplace(template);
  const answers = new TextAnswers((text, regexp) => replace(regexp, text));
  return (cursor, text) => {
    const replaced = answers.of(pattern(cursor), text);
    return replaced === text ? undefined : replaced;
  };
}

/** Of two keys that become one the later value stays, where the first was. */
function replaceKeys(map: EditableMap, change: (text: string) => string | undefined): void {
  const entries = Array.from({ length: map.size }, (_, i) => {
    const key = map.keyAt(i);
    return { key, changed: change(key), value: map.valueAt(i) };
  });
  if (entries.every(({ changed }) => changed === undefined)) return;
  const renamed = new Map(entries.map(({ key, changed, value }) => [changed ?? key, value]));
  map.clear();
  for (const [key, value] of renamed) map.append(key, value);
}
