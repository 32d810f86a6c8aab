import { setImmediate } from 'node:timers/promises';
import { borrowBody } from '@sonde/proto';
import { JOIN_TURN_BYTES } from './limits.ts';

/** Pieces in a row, `length` bytes of them, copied into memory of their own; others have their turn. */
export async function joinInTurns(
  pieces: readonly Uint8Array[],
  length: number,
): Promise<Buffer<ArrayBuffer>> {
  const all = borrowBody(length);
  let at = 0;
  for (const piece of pieces) {
    for (let from = 0; from < piece.length; from += JOIN_TURN_BYTES) {
      const part = piece.subarray(from, from + JOIN_TURN_BYTES);
      all.set(part, at);
      const turn = Math.floor(at / JOIN_TURN_BYTES);
      at += part.length;
      if (Math.floor(at / JOIN_TURN_BYTES) > turn && at < length) await setImmediate();
    }
  }
  return all;
}
