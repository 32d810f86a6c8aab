import { malformed } from '../malformed.ts';
import type { Dictionary } from './dictionary.ts';
import { growInt32 } from './grow.ts';
import { keyedHash } from './keyed-hash.ts';
import { newInt32 } from './slab.ts';

/** Longest string of a dictionary; its length prefix has at most 3 bytes. Longer ones are refused. */
export const DICTIONARY_STRING_BYTES_MAX: number = 2 * 1024 * 1024 - 1;

/**
 * The id of `bytes[start, start + length)`, which gets one if it is new. `view` lies over `bytes`;
 * 3 bytes behind must be readable.
 *
 * Strings of telemetry come in repeating orders: the string that followed the previous one last
 * time is compared first, and hashed only when it is another. A hash alone never decides.
 *
 * Throws `MalformedError` for a string over `DICTIONARY_STRING_BYTES_MAX`.
 */
export function intern(
  dictionary: Dictionary,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  length: number,
): number {
  if (length === 0) return 0;
  const previous = dictionary.previous;
  const guess = dictionary.successor[previous];
  if (guess !== 0 && isEqual(dictionary, view, start, length, guess)) {
    dictionary.previous = guess;
    return guess;
  }
  const id = find(dictionary, bytes, view, start, length);
  dictionary.successor[previous] = id;
  dictionary.previous = id;
  return id;
}

/** Throws `MalformedError` when a string of this length cannot be interned. */
export function checkDictionaryString(start: number, length: number): void {
  if (length > DICTIONARY_STRING_BYTES_MAX) {
    malformed(start, `string of ${length} bytes, ${DICTIONARY_STRING_BYTES_MAX} are the most here`);
  }
}

function find(
  dictionary: Dictionary,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  length: number,
): number {
  const { slots, hash } = dictionary;
  const mask = slots.length - 1;
  const h = keyedHash(view, start, length);
  for (let slot = h & mask; ; slot = (slot + 1) & mask) {
    const id = slots[slot];
    if (id === 0) return add(dictionary, bytes, start, length, h);
    if (hash[id] === h && isEqual(dictionary, view, start, length, id)) return id;
  }
}

function isEqual(
  dictionary: Dictionary,
  view: DataView,
  start: number,
  length: number,
  id: number,
): boolean {
  const prefix = length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : 3;
  const offset = dictionary.offset;
  const at = offset[id] + prefix;
  if (offset[id + 1] - at !== length) return false;
  const stored = dictionary.run.view;
  if (length < 4) {
    const difference = view.getInt32(start, true) ^ stored.getInt32(at, true);
    return (difference & (0xffffff >>> ((3 - length) << 3))) === 0;
  }
  const lastWord = length - 4;
  for (let i = 0; i < lastWord; i += 4) {
    if (view.getInt32(start + i, true) !== stored.getInt32(at + i, true)) return false;
  }
  return view.getInt32(start + lastWord, true) === stored.getInt32(at + lastWord, true);
}

function add(
  dictionary: Dictionary,
  bytes: Uint8Array,
  start: number,
  length: number,
  h: number,
): number {
  checkDictionaryString(start, length);
  if (dictionary.count === dictionary.capacity) grow(dictionary);
  const id = dictionary.count++;
  place(dictionary.slots, id, h);
  dictionary.hash[id] = h;
  dictionary.successor[id] = 0;
  const run = dictionary.run;
  run.reserve(length + 3);
  let at = run.length;
  let rest = length;
  for (; rest > 127; rest >>>= 7) run.bytes[at++] = (rest & 127) | 128;
  run.bytes[at++] = rest;
  run.bytes.set(bytes.subarray(start, start + length), at);
  run.length = at + length;
  dictionary.offset[id + 1] = run.length;
  return id;
}

function place(slots: Int32Array, id: number, h: number): void {
  const mask = slots.length - 1;
  let slot = h & mask;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = id;
}

function grow(dictionary: Dictionary): void {
  const capacity = Math.max(dictionary.capacity * 2, dictionary.firstCapacity);
  dictionary.hash = growInt32(dictionary.hash, capacity);
  dictionary.offset = growInt32(dictionary.offset, capacity + 1);
  dictionary.successor = growInt32(dictionary.successor, capacity);
  dictionary.slots = newInt32(capacity * 2);
  dictionary.capacity = capacity;
  for (let id = 1; id < dictionary.count; id++) place(dictionary.slots, id, dictionary.hash[id]);
}

const encoder = new TextEncoder();

/** `intern` for text; not for hot paths. */
export function internText(dictionary: Dictionary, text: string): number {
  const padded = new Uint8Array(text.length * 3 + 4);
  const { written } = encoder.encodeInto(text, padded);
  return intern(dictionary, padded, new DataView(padded.buffer), 0, written);
}
