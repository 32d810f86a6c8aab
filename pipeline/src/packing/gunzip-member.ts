import { borrowBody, giveBackBody } from '@sonde/proto';
import type { DeflateAddon } from './deflate-addon.ts';
import { deflateThreads } from './deflate-threads.ts';
import { GZIP_RATIO_MAX, HERE_BYTES_MAX } from './limits.ts';
import type { Room } from './packing.ts';

/** The last bytes of a gzip member are the length of what it holds (RFC 1952, 2.3.1). */
const GZIP_LENGTH_BYTES = 4;

/** What the end of a gzip body says that its last member holds; undefined where it has no end. */
export function declaredLength(packed: Buffer): number | undefined {
  if (packed.length <= GZIP_LENGTH_BYTES) return undefined;
  return packed.readUInt32LE(packed.length - GZIP_LENGTH_BYTES);
}

/**
 * Unpacks a gzip body of one member by libdeflate into memory of exactly the declared length: a small
 * one at once, a larger one on a thread of libuv. Undefined, with nothing taken of `room`, where it is
 * anything else: several members, corrupt, cut, larger than the room. What that is, node:zlib says.
 * Rejects with `OVERLOADED` when the account has no room for what is declared, or too many wait for a
 * thread.
 */
export async function gunzipMember(
  packed: Buffer,
  room: Room,
  addon: DeflateAddon,
): Promise<Buffer | undefined> {
  const declared = declaredLength(packed) ?? 0;
  if (declared === 0 || declared > room.left) return undefined;
  if (declared > packed.length * GZIP_RATIO_MAX) return undefined;
  room.take(declared);
  const bytes = borrowBody(declared);
  let isWhole = false;
  try {
    const isSmall = packed.length + declared <= HERE_BYTES_MAX;
    isWhole = isSmall
      ? addon.unpackHere(packed, bytes)
      : await deflateThreads.run(() => addon.unpack(packed, bytes));
    return isWhole ? bytes : undefined;
  } finally {
    if (!isWhole) {
      room.giveBack(declared);
      giveBackBody(bytes);
    }
  }
}
