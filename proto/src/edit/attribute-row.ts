import type { AttributeValue } from './attribute-value.ts';

/**
 * The attributes of the open row, wherever they lie: in columns (`AttributeEditor`) or in the bytes of
 * a request (`WireMessage`). Within a row an entry is named by its place, which changes when entries
 * before it are removed; keys are numbers that hold for all rows. Duplicate keys are entries of their
 * own. A place comes from `count` or `indexOf`: what lies in bytes is read when those are asked.
 */
export interface AttributeRow {
  /** Entries of the open row. */
  readonly count: number;
  /** How many keys are known: a key that was not found may be there once this has grown. */
  readonly keyCount: number;
  /** The number of a key, or -1 when no row has it. */
  findKey(text: string): number;
  /** The number of a key, which gets one if it is new. */
  internKey(text: string): number;
  /** The place of the first entry with this key from `from` on, or -1. */
  indexOf(key: number, from?: number): number;
  keyTextAt(index: number): string;
  /** `AnyValueType`. */
  typeAt(index: number): number;
  valueAt(index: number): AttributeValue;
  /** The bytes in which a value that is text lies as a Native String, at `startAt`, until the next write. */
  bytesAt(index: number): Uint8Array;
  startAt(index: number): number;
  /** Whether the value is the text of these bytes. */
  isText(index: number, text: Uint8Array): boolean;
  /** The value if it is an int64 of up to 15 digits, else NaN. */
  shortInteger(index: number): number;
  set(index: number, value: AttributeValue): void;
  /** Sets the text of the Native String at `start` of `run`. */
  setNative(index: number, run: NativeRun, start: number): void;
  append(key: number, value: AttributeValue): void;
  remove(index: number): void;
  clear(): void;
}

/** Bytes that hold Native Strings, readable for some words behind the last one. */
export interface NativeRun {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Removes every entry of a key. */
export function removeKey(row: AttributeRow, key: number): void {
  for (let i = row.indexOf(key); i !== -1; i = row.indexOf(key, i)) row.remove(i);
}
