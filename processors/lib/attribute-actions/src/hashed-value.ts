import { hash as hashOf } from 'node:crypto';
import { type AttributeRow, type AttributeValue, ByteRun } from '@sonde/proto';

/** Hashes remembered, in pairs: the newest takes the place of the older one. A power of two. */
const HASHES_MAX = 65_536;
/** Longer texts are hashed every time. */
const REMEMBERED_BYTES_MAX = 47;
/** A slot: length and bytes of the text; its hash in hex as a Native String. */
const HASH_AT: number = 1 + REMEMBERED_BYTES_MAX;
const HEX_BYTES = 64;
const SLOT_BYTES: number = HASH_AT + 1 + HEX_BYTES;

/** The type of texts. */
const STRING = 1;

/**
 * Writes SHA-256 in hex in place of values: of a text's bytes, a boolean's byte, a number's 8 bytes
 * (little-endian); the empty text for everything else, as upstream has it. What is hashed (addresses,
 * names of users) comes again: short texts are remembered by their bytes, up to 7.5 MB of them.
 */
export class ValueHasher {
  #slots: ByteRun | undefined;

  /** Hashes entry `index` of the open row. */
  hash(editor: AttributeRow, index: number): void {
    const bytes = editor.bytesAt(index);
    const at = editor.startAt(index);
    if (editor.typeAt(index) !== STRING || (bytes[at] ?? 0) > REMEMBERED_BYTES_MAX) {
      editor.set(index, hashedValue(editor.valueAt(index)));
      return;
    }
    this.#slots ??= new ByteRun(HASHES_MAX * SLOT_BYTES);
    const newer = slotOf(bytes, at);
    const older = newer + SLOT_BYTES;
    const slots = this.#slots.bytes;
    let slot = newer;
    if (!isEqual(slots, newer, bytes, at)) {
      if (isEqual(slots, older, bytes, at)) slot = older;
      else this.#remember(newer, bytes, at);
    }
    editor.setNative(index, this.#slots, slot + HASH_AT);
  }

  #remember(slot: number, from: Uint8Array, at: number): void {
    if (this.#slots === undefined) return;
    const { bytes } = this.#slots;
    const end = at + 1 + (from[at] ?? 0);
    const hex = digest(from.subarray(at + 1, end));
    bytes.copyWithin(slot + SLOT_BYTES, slot, slot + SLOT_BYTES);
    for (let i = at; i < end; i++) bytes[slot + i - at] = from[i] ?? 0;
    const start = slot + HASH_AT;
    bytes[start] = HEX_BYTES;
    for (let i = 0; i < HEX_BYTES; i++) bytes[start + 1 + i] = hex.charCodeAt(i);
  }
}

/** Where the pair of slots of a Native String starts (FNV-1a of its bytes). */
function slotOf(bytes: Uint8Array, at: number): number {
  let hash = 0x811c9dc5;
  const end = at + (bytes[at] ?? 0);
  for (let i = at; i <= end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return ((hash ^ (hash >>> 16)) & (HASHES_MAX - 2)) * SLOT_BYTES;
}

/** A slot that was never written holds no hash, as well as the empty text. */
function isEqual(slots: Uint8Array, slot: number, bytes: Uint8Array, at: number): boolean {
  if (slots[slot + HASH_AT] === 0) return false;
  const length = bytes[at] ?? 0;
  for (let i = 0; i <= length; i++) if (slots[slot + i] !== bytes[at + i]) return false;
  return true;
}

function hashedValue(value: AttributeValue): string {
  const bytes = typeof value === 'string' ? value : bytesOf(value);
  return bytes === undefined ? '' : digest(bytes);
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
