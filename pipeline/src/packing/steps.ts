import { setImmediate } from 'node:timers/promises';
import { UNPACK_STEP_BYTES, UNPACK_TURN_BYTES } from './limits.ts';
import { Pieces } from './pieces.ts';

/**
 * The bytes of all steps: each is made when it is asked for and no larger than a block of its format;
 * one that makes no bytes is empty. Other requests have their turn while a large body is worked on.
 * `stepBytes` is what a step counts beside the bytes that it makes. Rejects with what a step throws.
 */
export async function inTurns(
  steps: Iterable<Uint8Array>,
  stepBytes: number = UNPACK_STEP_BYTES,
): Promise<Buffer> {
  const pieces = new Pieces();
  let work = 0;
  for (const piece of steps) {
    if (piece.length > 0) pieces.add(piece);
    work += stepBytes + piece.length;
    if (work < UNPACK_TURN_BYTES) continue;
    work = 0;
    await setImmediate();
  }
  return await pieces.join();
}
