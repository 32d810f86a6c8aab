import {
  type AttributeColumns,
  AttributeEditor,
  type AttributeList,
  type AttributeValue,
  readNativeValue,
  valueText,
} from '@sonde/proto';
import { compileTexts, type TextTest } from './text-match.ts';

export type MatchType = 'strict' | 'regexp';

/** A key, and the value it must have; any value without one. */
export interface AttributeMatch {
  readonly key: string;
  readonly value?: unknown;
}

interface CompiledMatch {
  readonly key: string;
  readonly test: ((value: AttributeValue) => boolean) | undefined;
}

/** Go's names of what YAML holds. */
const TYPE_NAMES: Readonly<Record<string, string>> = { boolean: 'Bool', object: 'Map' };

/**
 * Whether all of `matches` hold for the attributes of a row: call the result with columns, then with
 * each row. Throws `Error` with upstream's text.
 */
export function attributeMatches(
  matchType: string,
  matches: readonly AttributeMatch[],
): (columns: AttributeColumns) => (row: number) => boolean {
  const compiled = matches.map((match) => compileMatch(matchType, match));
  return (columns) => {
    const { attributes, attributeEnd } = columns;
    const dictionary = new AttributeEditor(columns);
    const keys = compiled.map(({ key }) => dictionary.findKey(key));
    return (row) => {
      const from = row === 0 ? 0 : (attributeEnd[row * 2 - 2] ?? 0);
      const to = attributeEnd[row * 2] ?? 0;
      return compiled.every(({ test }, i) => {
        const entry = indexOfKey(attributes, keys[i] ?? -1, from, to);
        return entry !== -1 && (test === undefined || test(valueAt(attributes, entry)));
      });
    };
  };
}

function indexOfKey({ keys }: AttributeList, key: number, from: number, to: number): number {
  for (let entry = from; entry < to; entry += 1) if (keys[entry] === key) return entry;
  return -1;
}

function valueAt({ values, valueStart, types }: AttributeList, entry: number): AttributeValue {
  return readNativeValue(values, valueStart[entry] ?? 0, types[entry] ?? 0);
}

function compileMatch(matchType: string, { key, value }: AttributeMatch): CompiledMatch {
  if (key === '') throw new Error("can't have empty key in the list of attributes");
  if (value === undefined || value === null) return { key, test: undefined };
  if (matchType === 'regexp') {
    if (typeof value !== 'string') {
      const found = typeName(value);
      throw new Error(`match_type=regexp for "${key}" only supports Str, but found ${found}`);
    }
    return { key, test: textOfScalar(compileTexts(matchType, [value])) };
  }
  compileTexts(matchType, []);
  return { key, test: equalTo(value) };
}

function typeName(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'Int' : 'Double';
  return Array.isArray(value) ? 'Slice' : (TYPE_NAMES[typeof value] ?? 'Str');
}

/** Arrays, lists, bytes and nothing match no expression. */
function textOfScalar(test: TextTest): (value: AttributeValue) => boolean {
  return (value) => (value === null || typeof value === 'object' ? false : test(valueText(value)));
}

/** Of the same type and equal; lists by their JSON. */
function equalTo(wanted: unknown): (value: AttributeValue) => boolean {
  if (typeof wanted === 'number') {
    if (!Number.isInteger(wanted)) return (value) => value === wanted;
    const integer = BigInt(wanted);
    return (value) => value === integer;
  }
  if (typeof wanted !== 'object') return (value) => value === wanted;
  const json = JSON.stringify(wanted);
  return (value) => value !== null && typeof value === 'object' && valueText(value) === json;
}
