import type { ByteRun } from '../columns/byte-run.ts';
import type { Source } from './source.ts';

/** Up to here a loop over words beats the call that the engine needs for a longer copy. */
const WORD_COPY_BYTES_MAX = 160;

/**
 * Appends `length` bytes of the source to a run that has room for them. Copies by words: up to 7
 * bytes behind are read and written too, which the source's padding and the run's slack allow.
 */
export function appendBytes(
  source: Pick<Source, 'bytes' | 'view'>,
  start: number,
  length: number,
  run: ByteRun,
): void {
  const at = run.length;
  run.length = at + length;
  if (length > WORD_COPY_BYTES_MAX) {
    run.bytes.set(source.bytes.subarray(start, start + length), at);
    return;
  }
  const from = source.view;
  const to = run.view;
  for (let i = 0; i < length; i += 8) {
    to.setInt32(at + i, from.getInt32(start + i, true), true);
    to.setInt32(at + i + 4, from.getInt32(start + i + 4, true), true);
  }
}

/** How many bytes a varint of up to 31 bits takes. */
export function varint32Bytes(value: number): number {
  if (value < 1 << 7) return 1;
  if (value < 1 << 14) return 2;
  if (value < 1 << 21) return 3;
  return value < 1 << 28 ? 4 : 5;
}

/** Appends a varint of up to 32 bits; the run has room for 5 bytes. */
export function appendVarint32(run: ByteRun, value: number): void {
  const bytes = run.bytes;
  let at = run.length;
  let rest = value;
  while (rest >>> 0 > 127) {
    bytes[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  run.length = at;
}
