import { CorruptError } from './packing.ts';

/** Reads packed bytes from front to back; every read beyond the end is a `CorruptError`. */
export class ByteCursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** Moves on by `count` and returns where it was. */
  skip(count: number): number {
    if (count > this.left) throw new CorruptError('cut');
    const from = this.at;
    this.at += count;
    return from;
  }

  byte(): number {
    return this.bytes.readUInt8(this.skip(1));
  }

  /** Little endian, of 1 to 6 bytes. */
  uint(byteCount: number): number {
    return this.bytes.readUIntLE(this.skip(byteCount), byteCount);
  }

  slice(count: number): Buffer {
    const from = this.skip(count);
    return this.bytes.subarray(from, from + count);
  }
}
