import { hash as hashOf } from 'node:crypto';
import type { AttributeValue } from '@sonde/proto';

/** Hashes remembered a table; then they are forgotten and collected again. */
const HASHES_MAX = 4096;
/** When fewer than one in so many came again, the next values are hashed without being remembered. */
const REPEATS_MIN_SHARE = 4;
const UNREMEMBERED: number = 16 * HASHES_MAX;
/** Longer values are hashed every time: they would fill the memory. */
const REMEMBERED_LENGTH_MAX = 256;

/**
 * SHA-256 in hex of a text's bytes, a boolean's byte, a number's 8 bytes (little-endian); the empty
 * text for everything else, as upstream has it.
 */
export function hashedValue(): (value: AttributeValue) => AttributeValue {
  const known = new Map<string, string>();
  let repeats = 0;
  let unremembered = 0;
  return (value) => {
    if (typeof value !== 'string') {
      const bytes = bytesOf(value);
      return bytes === undefined ? '' : digest(bytes);
    }
    if (value.length > REMEMBERED_LENGTH_MAX) return digest(value);
    if (unremembered > 0) {
      unremembered--;
      return digest(value);
    }
    const remembered = known.get(value);
    if (remembered !== undefined) {
      repeats++;
      return remembered;
    }
    if (known.size >= HASHES_MAX) {
      if (repeats * REPEATS_MIN_SHARE < HASHES_MAX) unremembered = UNREMEMBERED;
      repeats = 0;
      known.clear();
    }
    const hash = digest(value);
    known.set(value, hash);
    return hash;
  };
}

function digest(bytes: Uint8Array | string): string {
  return hashOf('sha256', bytes, 'hex');
}

function bytesOf(value: AttributeValue): Uint8Array | undefined {
  const bytes = Buffer.alloc(8);
  switch (typeof value) {
    case 'boolean':
      return Uint8Array.of(value ? 1 : 0);
    case 'bigint':
      bytes.writeBigInt64LE(value);
      return bytes;
    case 'number':
      bytes.writeDoubleLE(value);
      return bytes;
    default:
      return undefined;
  }
}
