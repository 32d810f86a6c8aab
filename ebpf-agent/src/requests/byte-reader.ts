/**
 * Reads what is written a character a byte, from its beginning on. Behind the end everything is zero
 * or empty and `isCut` is true: text may be cut anywhere.
 */
export class ByteReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at = 0) {
    this.#text = text;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  get isCut(): boolean {
    return this.#at > this.#text.length;
  }

  skip(bytes: number): this {
    this.#at += bytes;
    return this;
  }

  u8(): number {
    return this.#text.charCodeAt(this.#at++) || 0;
  }

  u16(): number {
    return this.u8() * 0x100 + this.u8();
  }

  u32(): number {
    return this.u16() * 0x10000 + this.u16();
  }

  /** Signed, big-endian. */
  i16(): number {
    return (this.u16() << 16) >> 16;
  }

  i32(): number {
    return this.u32() | 0;
  }

  /** Signed, little-endian. */
  i32le(): number {
    return this.u8() | (this.u8() << 8) | (this.u8() << 16) | (this.u8() << 24);
  }

  /** Of at most 35 bits, seven a byte. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  bytes(length: number): string {
    const from = this.#at;
    this.#at += Math.max(0, length);
    return this.#text.slice(from, this.#at);
  }

  /** Up to a zero, which is passed. */
  untilZero(): string {
    const end = this.#text.indexOf('\0', this.#at);
    if (end < 0) return this.bytes(this.#text.length - this.#at + 1);
    const text = this.bytes(end - this.#at);
    this.#at++;
    return text;
  }
}
