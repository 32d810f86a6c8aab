import { FIRST_ENCODED_TYPE } from '../columns/any-value-type.ts';
import type { AttributeList } from '../columns/attribute-list.ts';
import { ByteRun } from '../columns/byte-run.ts';
import type { StringColumn } from '../columns/string-column.ts';
import { renderAnyValue } from './any-value-text.ts';
import { dictionaryText, nativeStart, nativeString, nativeText } from './native-text.ts';

/** An attribute for people and for rules that compare text. */
export interface AttributeText {
  readonly key: string;
  /** `AnyValueType`. */
  readonly type: number;
  /** As `AttributeList` holds it; arrays and lists as JSON, bytes as base64. */
  readonly text: string;
}

const decoder = new TextDecoder();
const rendered = new ByteRun(256);

/** Attribute `i` of a list; row r owns `[end(r - 1), end(r))`. */
export function readAttribute(list: AttributeList, i: number): AttributeText {
  const type = list.types[i];
  const text = valueText(list.values, list.valueStart[i], type);
  return { key: dictionaryText(list.keyDictionary, list.keys[i]), type, text };
}

/** The text of a body or of any value with its type beside it. */
export function readValue(column: StringColumn, row: number, type: number): string {
  return valueText(column.run, column.start[row], type);
}

function valueText(run: ByteRun, at: number, type: number): string {
  if (type < FIRST_ENCODED_TYPE) return nativeText(run, at);
  const start = nativeStart(run.bytes, at);
  rendered.length = 0;
  renderAnyValue(run, start, start + nativeString.length, rendered);
  return decoder.decode(rendered.used());
}
