import { AnyValueType } from '../columns/any-value-type.ts';
import type { AttributeList } from '../columns/attribute-list.ts';
import { type ByteRun, SLACK_BYTES } from '../columns/byte-run.ts';
import { intern } from '../columns/intern.ts';
import { takeValues } from '../protobuf/row-budget.ts';
import type { Source } from '../protobuf/source.ts';
import { readLength, result } from '../protobuf/varint.ts';
import { appendAttribute } from './attribute.ts';
import { appendBoolText, appendInt64Text, NUMBER_TEXT_BYTES_MAX } from './number-text.ts';

/** Shorter keys are compared by `intern`: words of four bytes would read the value behind them. */
const KEY_BYTES_MIN = 3;

/** First bytes of a value of one member: the field of `AnyValue` with its wire type. */
const STRING = 0x0a;
const BOOL = 0x10;
const INT = 0x18;

/**
 * Appends the attributes that stand in a row: the one whose length is at `p`, behind `tag` (of one
 * byte), and all that follow with the same tag, as encoders write them. Returns what follows.
 */
export function appendAttributes(
  source: Source,
  p: number,
  end: number,
  tag: number,
  list: AttributeList,
): number {
  const { bytes } = source;
  for (;;) {
    const next = appendPlain(source, p, end, tag, list);
    if (next >= 0) return next;
    const length = readLength(bytes, ~next, end);
    const start = result.next;
    p = start + length;
    appendAttribute(source, start, p, list);
    if (p >= end || bytes[p] !== tag) return p;
    p++;
  }
}

/**
 * As above, of those that nearly all are: a key, then a text, boolean or number of up to 14 bits,
 * lengths in one byte. Returns what follows them, or `~p` where the length of one is that is not so
 * or for which there is no room.
 *
 * What the loop needs of the list is at hand, and keys come in the order of last time: the length
 * before a key lies in the dictionary as it does in the message, and is compared with it.
 */
function appendPlain(
  source: Source,
  p: number,
  end: number,
  tag: number,
  list: AttributeList,
): number {
  const { bytes, view } = source;
  const { values, keyDictionary, keys, types, valueStart, capacity } = list;
  let { offset, successor, previous } = keyDictionary;
  let known = keyDictionary.run.view;
  const to = values.view;
  const room = to.byteLength - SLACK_BYTES - NUMBER_TEXT_BYTES_MAX;
  const first = list.count;
  let row = first;
  let at = values.length;
  for (;;) {
    const stop = plainEnd(bytes, p, end);
    if (stop === 0 || row === capacity || at + stop - p > room) {
      p = ~p;
      break;
    }
    const keyBytes = bytes[p + 2];
    const guess = successor[previous];
    const from = offset[guess];
    if (offset[guess + 1] - from === keyBytes + 1 && isKey(view, p + 2, keyBytes, known, from)) {
      previous = guess;
    } else {
      keyDictionary.previous = previous;
      previous = intern(keyDictionary, bytes, view, p + 3, keyBytes);
      ({ offset, successor } = keyDictionary);
      known = keyDictionary.run.view;
    }
    keys[row] = previous;
    valueStart[row] = at;
    const value = p + 5 + keyBytes;
    if (bytes[value] === STRING) {
      types[row] = AnyValueType.string;
      at = copyText(view, value + 1, to, at, bytes[value + 1] + 1);
    } else {
      types[row] = bytes[value] === INT ? AnyValueType.int : AnyValueType.bool;
      at = appendNumber(bytes, value, values, at);
    }
    row++;
    p = stop;
    if (p >= end || bytes[p] !== tag) break;
    p++;
  }
  list.count = row;
  values.length = at;
  keyDictionary.previous = previous;
  if (row > first) takeValues(row - first, p < 0 ? ~p : p);
  return p;
}

/** Where the attribute ends whose length is at `p`, if it is as `appendPlain` reads it; else 0. */
function plainEnd(bytes: Uint8Array, p: number, end: number): number {
  const length = bytes[p];
  const stop = p + 1 + length;
  const keyBytes = bytes[p + 2];
  const value = p + 3 + keyBytes;
  if (
    length > 127 ||
    stop > end ||
    keyBytes === 0 ||
    bytes[p + 1] !== 0x0a ||
    value + 4 > stop ||
    bytes[value] !== 0x12 ||
    value + 2 + bytes[value + 1] !== stop
  ) {
    return 0;
  }
  const next = bytes[value + 3];
  const kind = bytes[value + 2];
  if (kind === STRING) return value + 4 + next === stop ? stop : 0;
  if (kind !== INT && kind !== BOOL) return 0;
  if (next < 128) return value + 4 === stop ? stop : 0;
  return kind === INT && value + 5 === stop && bytes[value + 4] < 128 ? stop : 0;
}

/** Whether the key whose length is at `at` is the one that begins, with its length, at `from`. */
function isKey(view: DataView, at: number, bytes: number, known: DataView, from: number): boolean {
  if (bytes < KEY_BYTES_MIN) return false;
  const last = bytes - 3;
  for (let i = 0; i < last; i += 4) {
    if (view.getInt32(at + i, true) !== known.getInt32(from + i, true)) return false;
  }
  return view.getInt32(at + last, true) === known.getInt32(from + last, true);
}

/** A text with its length before it, which lies in the message as Native wants it; returns its end. */
function copyText(view: DataView, from: number, to: DataView, at: number, bytes: number): number {
  for (let i = 0; i < bytes; i += 8) {
    to.setInt32(at + i, view.getInt32(from + i, true), true);
    to.setInt32(at + i + 4, view.getInt32(from + i + 4, true), true);
  }
  return at + bytes;
}

/** The number or boolean at `p`, of one byte or two; returns the end of its text. */
function appendNumber(bytes: Uint8Array, p: number, values: ByteRun, at: number): number {
  const first = bytes[p + 1];
  values.length = at;
  if (bytes[p] === BOOL) appendBoolText(values, first !== 0);
  else appendInt64Text(values, first < 128 ? first : first - 128 + (bytes[p + 2] << 7), 0);
  return values.length;
}
