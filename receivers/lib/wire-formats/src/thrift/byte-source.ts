import { MalformedFormatError } from '../malformed-format.ts';

/** Bytes and a place in them that never goes past their end. */
export class ByteSource {
  readonly #bytes: Buffer;
  #p = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#p;
  }

  get left(): number {
    return this.#bytes.length - this.#p;
  }

  fail(reason: string): never {
    throw new MalformedFormatError('thrift', reason, this.#p);
  }

  /** A view of the next `count` bytes. */
  take(count: number): Buffer {
    if (count < 0 || count > this.left) this.fail('a value past the end of the message');
    const start = this.#p;
    this.#p += count;
    return this.#bytes.subarray(start, this.#p);
  }

  byte(): number {
    const value = this.#bytes[this.#p];
    if (value === undefined) return this.fail('a value past the end of the message');
    this.#p += 1;
    return value;
  }

  int(size: 2 | 4): number {
    const start = this.#advance(size);
    return size === 2 ? this.#bytes.readInt16BE(start) : this.#bytes.readInt32BE(start);
  }

  long(): bigint {
    return this.#bytes.readBigInt64BE(this.#advance(8));
  }

  doubleBe(): number {
    return this.#bytes.readDoubleBE(this.#advance(8));
  }

  doubleLe(): number {
    return this.#bytes.readDoubleLE(this.#advance(8));
  }

  #advance(count: number): number {
    if (count > this.left) this.fail('a value past the end of the message');
    const start = this.#p;
    this.#p += count;
    return start;
  }
}
