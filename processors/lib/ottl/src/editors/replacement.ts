import type { GoRegexp } from '@sonde/go-regexp';
import type { Arguments } from '../compile/arguments.ts';
import type { EditableMap, Getter } from '../compile/getter.ts';
import { EvaluationError } from '../errors.ts';
import type { Value } from '../value/value.ts';

/** Makes the text that takes the place of a match, or of a whole text. */
export type Replace<C> = (cursor: C, text: string) => string;

/** The new text of a text; undefined for one that stays. */
export type ChangeText<C> = (cursor: C, text: string) => string | undefined;

/** An editor whose argument `target` is a path: changes its text, and leaves what is none. */
export function editText<C>(args: Arguments<C>, change: ChangeText<C>): Getter<C> {
  const target = args.path('target');
  return (cursor) => {
    const text = target.get(cursor);
    if (typeof text !== 'string') return null;
    const changed = change(cursor, text);
    if (changed !== undefined) target.set(cursor, changed);
    return null;
  };
}

/** Changes the texts among a map's values. */
export function changeValues(map: EditableMap, change: (text: string) => string | undefined): void {
  for (let i = 0; i < map.size; i++) {
    const value = map.valueAt(i);
    const changed = typeof value === 'string' ? change(value) : undefined;
    if (changed !== undefined) map.setAt(i, changed);
  }
}

/** `function` and `replacement_format` of a call: what is done to a text before it is put in. */
export function replacementFilter<C>(args: Arguments<C>): Replace<C> | undefined {
  if (!args.has('function')) {
    if (args.has('replacement_format')) args.string('replacement_format');
    return undefined;
  }
  const box: { input: Value } = { input: null };
  const call = args.function('function')(() => box.input);
  const format = args.has('replacement_format') ? args.string('replacement_format') : undefined;
  return (cursor, text) => {
    box.input = text;
    const result = call(cursor);
    if (typeof result !== 'string') {
      throw new EvaluationError('the replacement value must be a string');
    }
    return format === undefined ? result : formatted(format, cursor, result);
  };
}

function formatted<C>(format: Getter<C, string>, cursor: C, text: string): string {
  const template = format(cursor);
  const [before, after, ...more] = template.split('%s');
  if (after === undefined || more.length > 0 || /%[^s]/.test(template)) {
    throw new EvaluationError(
      'replacementFormat must be format string containing a single %s and no other format specifiers',
    );
  }
  return `${before}${text}${after}`;
}

/** Puts a replacement where a pattern matches a text. */
export type TemplateReplace = (
  regexp: GoRegexp,
  text: string,
  filter?: (text: string) => string,
) => string;

/**
 * Go's `ReplaceAllString`: `$1`, `${name}` and `$$` in the template mean groups and a dollar. The
 * template is read once.
 */
export function templateReplace(template: string): TemplateReplace {
  const parts = parseTemplate(template);
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'string') {
    return (regexp, text, filter) =>
      filter === undefined
        ? regexp.replaceAllLiteral(text, only)
        : regexp.replaceAll(text, () => filter(only));
  }
  return (regexp, text, filter = (one) => one) =>
    regexp.replaceAll(text, (_, group) => {
      let expanded = '';
      for (const part of parts) {
        expanded += typeof part === 'string' ? part : groupText(regexp, part.group, group);
      }
      return filter(expanded);
    });
}

/** As `templateReplace`, for a template that is used once. */
export function replaceAll(
  regexp: GoRegexp,
  text: string,
  template: string,
  filter?: (text: string) => string,
): string {
  return templateReplace(template)(regexp, text, filter);
}

type TemplatePart = string | { readonly group: string };

const REFERENCE = /\$(?:\$|\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g;

function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let end = 0;
  for (const match of template.matchAll(REFERENCE)) {
    parts.push(template.slice(end, match.index));
    const name = match[1] ?? match[2];
    parts.push(name === undefined ? '$' : { group: name });
    end = match.index + match[0].length;
  }
  parts.push(template.slice(end));
  return parts;
}

/** Empty for a group that there is not. */
function groupText(regexp: GoRegexp, name: string, group: (n: number) => string): string {
  if (/^\d+$/.test(name)) {
    const number = Number(name);
    return number <= regexp.groupNames.length ? group(number) : '';
  }
  const index = regexp.groupNames.indexOf(name);
  return index === -1 ? '' : group(index + 1);
}
