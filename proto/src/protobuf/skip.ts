import { malformed } from '../malformed.ts';
import { readLength, readVarint, result } from './varint.ts';

export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Skips the field behind `tag`; returns what follows, which is not past `end`.
 *
 * `known` has a bit for every field number (below 32) of the message: one of those here means that
 * it came with a wire type of another kind, which only a broken sender writes, and losing the field
 * in silence would hide it.
 */
export function skipField(
  bytes: Uint8Array,
  p: number,
  end: number,
  tag: number,
  known: number,
): number {
  // A tag that runs over the end was read from memory that is not the sender's: say nothing of it.
  if (p > end) malformed(end, 'field past the end of the message');
  const field = tag >>> 3;
  if (field === 0) malformed(p, 'field number 0');
  if (field < 32 && ((known >>> field) & 1) === 1) {
    malformed(p, `field ${field} with wire type ${tag & 7}`);
  }
  let next = p;
  switch (tag & 7) {
    case WireType.varint:
      next = readVarint(bytes, p);
      break;
    case WireType.fixed64:
      next = p + 8;
      break;
    case WireType.bytes: {
      const length = readLength(bytes, p, end);
      next = result.next + length;
      break;
    }
    case WireType.fixed32:
      next = p + 4;
      break;
    default:
      malformed(p, `wire type ${tag & 7}`);
  }
  if (next > end) malformed(p, 'field past the end of the message');
  return next;
}
