import { HEADER_FIELDS_MAX, HEADER_STRING_BYTES_MAX, HEADER_TABLE_BYTES_MAX } from '../limits.ts';
import { decodeHuffman } from './huffman.ts';
import { type HeaderField, STATIC_TABLE } from './static-table.ts';

/** Headers whose values are kept; of the others only how long they are. */
const WANTED = new Set([
  ':method',
  ':path',
  ':authority',
  ':status',
  'content-type',
  'grpc-status',
  'traceparent',
]);

/** What an entry costs beside its bytes (RFC 7541, 4.1). */
const ENTRY_OVERHEAD = 32;
const TABLE_BYTES_DEFAULT = 4_096;
/** As much of a value as anybody reads. */
const VALUE_LENGTH_MAX = 256;

interface Entry extends HeaderField {
  readonly bytes: number;
}

/** A string as it was read: its text where it is wanted, and its length. */
interface Read {
  readonly text: string | undefined;
  readonly length: number;
}

const UNKNOWN: HeaderField = { name: undefined, value: undefined };
const SCRATCH = Buffer.alloc(HEADER_STRING_BYTES_MAX);

/**
 * Reads the headers of one direction of a connection of HTTP/2 (HPACK, RFC 7541). Joined midway, or
 * torn, it does not know what the other side refers to from before: such headers are unknown, never
 * mistaken for others, since entries are counted from the newest. Values are kept for a few names
 * alone, paths without their queries.
 */
export class HpackDecoder {
  /** The newest first. */
  #entries: Entry[] = [];
  #bytes = 0;
  #bytesMax = TABLE_BYTES_DEFAULT;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;

  /** What came before is not known any more. */
  forget(): void {
    this.#entries = [];
    this.#bytes = 0;
  }

  /** The headers of a block, in order; undefined when it is none: then all is forgotten. */
  decode(block: Buffer): readonly HeaderField[] | undefined {
    this.#block = block;
    this.#at = 0;
    const fields: HeaderField[] = [];
    while (this.#at < block.length) {
      const field = fields.length < HEADER_FIELDS_MAX ? this.#next() : undefined;
      if (field === undefined) {
        this.forget();
        return undefined;
      }
      if (field !== 'size') fields.push(field);
    }
    return fields;
  }

  #next(): HeaderField | 'size' | undefined {
    const first = this.#block[this.#at] ?? 0;
    if (first & 0x80) return this.#indexed();
    if (first & 0x40) return this.#literal(6, true);
    if (first & 0x20) return this.#resize();
    return this.#literal(4, false);
  }

  #indexed(): HeaderField | undefined {
    const index = this.#integer(7);
    return index === undefined || index === 0 ? undefined : this.#entry(index);
  }

  #resize(): 'size' | undefined {
    const bytes = this.#integer(5);
    if (bytes === undefined) return undefined;
    // A smaller table than the other side's knows less of what is old, and nothing wrongly.
    this.#bytesMax = Math.min(bytes, HEADER_TABLE_BYTES_MAX);
    this.#evict();
    return 'size';
  }

  #literal(bits: number, isKept: boolean): HeaderField | undefined {
    const index = this.#integer(bits);
    if (index === undefined) return undefined;
    const read = index === 0 ? this.#string(true) : undefined;
    if (index === 0 && read === undefined) return undefined;
    const name = read?.text ?? (index === 0 ? undefined : this.#entry(index).name);
    const value = this.#string(name !== undefined && WANTED.has(name));
    if (value === undefined) return undefined;
    const text = name === ':path' ? value.text?.split('?', 1)[0] : value.text;
    const field = { name, value: text?.slice(0, VALUE_LENGTH_MAX) };
    if (isKept) {
      // A name that is not known may be as long as it likes: then what is old may live too long here.
      const nameLength = read?.length ?? name?.length ?? 0;
      this.#add({ ...field, bytes: nameLength + value.length + ENTRY_OVERHEAD });
    }
    return field;
  }

  #entry(index: number): HeaderField {
    const known = STATIC_TABLE[index - 1];
    return known ?? this.#entries[index - 1 - STATIC_TABLE.length] ?? UNKNOWN;
  }

  #add(entry: Entry): void {
    this.#entries.unshift(entry);
    this.#bytes += entry.bytes;
    this.#evict();
  }

  #evict(): void {
    while (this.#bytes > this.#bytesMax) this.#bytes -= this.#entries.pop()?.bytes ?? 0;
  }

  /** RFC 7541, 5.1. */
  #integer(bits: number): number | undefined {
    const max = (1 << bits) - 1;
    let value = (this.#block[this.#at++] ?? 0) & max;
    if (value < max) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#block[this.#at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    return undefined;
  }

  /** RFC 7541, 5.2. */
  #string(isWanted: boolean): Read | undefined {
    const isCoded = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    if (length === undefined || this.#at + length > this.#block.length) return undefined;
    const bytes = this.#block.subarray(this.#at, this.#at + length);
    this.#at += length;
    if (!isCoded) return { text: isWanted ? bytes.toString('latin1') : undefined, length };
    const decoded = decodeHuffman(bytes, SCRATCH);
    if (decoded === undefined) return undefined;
    return { text: isWanted ? SCRATCH.toString('latin1', 0, decoded) : undefined, length: decoded };
  }
}
