import { HTTP2_HEADER_TABLE_BYTES } from '../limits.ts';
import { ConnectionFault } from './connection-fault.ts';
import { Http2Code } from './frames.ts';
import { huffmanText } from './huffman.ts';
import { type HeaderField, STATIC_TABLE } from './static-table.ts';

/** RFC 7541, 4.1: what an entry counts beyond its name and value. */
const ENTRY_OVERHEAD_BYTES = 32;

/** Continuation bytes of an integer: more than four would be larger than anything that is allowed. */
const INTEGER_BYTES_MAX = 4;

/** When so many evicted entries stand before the others they are cut off. */
const EVICTED_KEPT_MAX = 64;

/**
 * Reads header blocks (RFC 7541). A field is made once, when it comes as a literal; the tables hand the
 * same object out whenever it is named again.
 */
export class HpackDecoder {
  /** The dynamic table, oldest first, from `#first` on. */
  readonly #entries: HeaderField[] = [];
  #first = 0;
  #size = 0;
  #sizeMax: number = HTTP2_HEADER_TABLE_BYTES;
  #changeCount = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** How often the dynamic table has changed: the same block means the same while it does not. */
  get changeCount(): number {
    return this.#changeCount;
  }

  /**
   * Tells `take` of each field of a block, in order. Throws `ConnectionFault` `COMPRESSION_ERROR`: the
   * tables of both sides would differ from then on.
   */
  decode(block: Buffer, from: number, to: number, take: (field: HeaderField) => void): void {
    this.#bytes = block;
    this.#at = from;
    this.#end = to;
    let hasFields = false;
    while (this.#at < this.#end) {
      const byte = this.#byte();
      if ((byte & 0xe0) === 0x20) {
        if (hasFields) throw fault('a table size after the first field');
        this.#resize(this.#integer(byte, 5));
        continue;
      }
      hasFields = true;
      take(this.#field(byte));
    }
  }

  #field(byte: number): HeaderField {
    if ((byte & 0x80) !== 0) return this.#lookUp(this.#integer(byte, 7));
    const isKept = (byte & 0x40) !== 0;
    const index = this.#integer(byte, isKept ? 6 : 4);
    const name = index === 0 ? this.#text() : this.#lookUp(index).name;
    const field = { name, value: this.#text() };
    if (isKept) this.#add(field);
    return field;
  }

  #lookUp(index: number): HeaderField {
    const known = STATIC_TABLE[index - 1] ?? this.#dynamic(index - STATIC_TABLE.length);
    if (known === undefined) throw fault('an index without an entry');
    return known;
  }

  #dynamic(index: number): HeaderField | undefined {
    const position = this.#entries.length - index;
    return index > 0 && position >= this.#first ? this.#entries[position] : undefined;
  }

  #add(field: HeaderField): void {
    this.#changeCount += 1;
    this.#entries.push(field);
    this.#size += sizeOf(field);
    this.#evict();
  }

  #resize(sizeMax: number): void {
    if (sizeMax > HTTP2_HEADER_TABLE_BYTES) throw fault('a table larger than allowed');
    this.#changeCount += 1;
    this.#sizeMax = sizeMax;
    this.#evict();
  }

  /** An entry larger than the table empties it, and itself (RFC 7541, 4.4). */
  #evict(): void {
    const entries = this.#entries;
    while (this.#size > this.#sizeMax) {
      const oldest = entries[this.#first];
      if (oldest === undefined) break;
      this.#size -= sizeOf(oldest);
      this.#first += 1;
    }
    // An entry may be far longer than the table: nothing of it is kept.
    if (this.#size > 0 && this.#first <= EVICTED_KEPT_MAX) return;
    entries.splice(0, this.#first);
    this.#first = 0;
  }

  #text(): string {
    const byte = this.#byte();
    const length = this.#integer(byte, 7);
    const from = this.#at;
    const to = from + length;
    if (to > this.#end) throw fault('a string that is cut');
    this.#at = to;
    if ((byte & 0x80) !== 0) return huffmanText(this.#bytes, from, to);
    return this.#bytes.toString('latin1', from, to);
  }

  /** RFC 7541, 5.1: the rest of an integer whose first byte has `bits` of it. */
  #integer(first: number, bits: number): number {
    const mask = 2 ** bits - 1;
    let value = first & mask;
    if (value < mask) return value;
    for (let count = 0; count < INTEGER_BYTES_MAX; count++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** (7 * count);
      if (byte < 0x80) return value;
    }
    throw fault('an integer that is too large');
  }

  #byte(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (byte === undefined) throw fault('a header block that is cut');
    this.#at += 1;
    return byte;
  }
}

function sizeOf({ name, value }: HeaderField): number {
  return name.length + value.length + ENTRY_OVERHEAD_BYTES;
}

function fault(words: string): ConnectionFault {
  return new ConnectionFault(Http2Code.compressionError, words);
}
