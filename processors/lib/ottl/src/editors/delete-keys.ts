import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { EditableMap, Getter } from '../compile/getter.ts';
import { TextAnswers } from '../functions/text-answers.ts';

/** `delete_key(target, key)`: every entry of the key, should a sender have written it twice. */
export const deleteKey: FunctionDefinition = {
  name: 'delete_key',
  parameters: ['target', 'key'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.mapTarget('target');
    const key = args.string('key');
    const box = { name: '' };
    const remove = (map: EditableMap): void => {
      for (let i = map.indexOf(box.name); i !== -1; i = map.indexOf(box.name)) map.removeAt(i);
    };
    return (cursor) => {
      box.name = key(cursor);
      target.edit(cursor, remove);
      return null;
    };
  },
};

/** `delete_matching_keys(target, pattern)`. */
export const deleteMatchingKeys: FunctionDefinition = {
  name: 'delete_matching_keys',
  parameters: ['target', 'pattern'],
  pure: false,
  create: (args) => byPattern(args, false),
};

/** `keep_matching_keys(target, pattern)`. */
export const keepMatchingKeys: FunctionDefinition = {
  name: 'keep_matching_keys',
  parameters: ['target', 'pattern'],
  pure: false,
  create: (args) => byPattern(args, true),
};

/** `keep_keys(target, keys[])`. */
export const keepKeys: FunctionDefinition = {
  name: 'keep_keys',
  parameters: ['target', 'keys'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.mapTarget('target');
    const keys = args.strings('keys');
    return (cursor) => {
      const kept = new Set(keys.map((key) => key(cursor)));
      target.edit(cursor, (map) => removeUnless(map, (key) => kept.has(key)));
      return null;
    };
  },
};

function byPattern<C>(args: Arguments<C>, keep: boolean): Getter<C> {
  const target = args.mapTarget('target');
  const pattern = args.pattern('pattern');
  const answers = TextAnswers.matches();
  return (cursor) => {
    const regexp = pattern(cursor);
    const matches = (key: string): boolean => answers.of(regexp, key);
    target.edit(cursor, (map) => removeUnless(map, (key) => matches(key) === keep));
    return null;
  };
}

function removeUnless(map: EditableMap, keeps: (key: string) => boolean): void {
  for (let i = map.size - 1; i >= 0; i--) if (!keeps(map.keyAt(i))) map.removeAt(i);
}
