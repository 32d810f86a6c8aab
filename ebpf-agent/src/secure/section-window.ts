/** Bytes of a file from `offset` on, fewer at its end; into memory that is given, where it is. */
export type ReadBytes = (offset: number, length: number, into?: Buffer) => Buffer;

interface Place {
  readonly offset: number;
  readonly size: number;
}

const WINDOW_BYTES = 65_536;
/** A table is gone through once or twice; entries in no order at all would be a read each. */
const PASSES_MAX = 4;

/**
 * Numbers of a large section through a small part of it that is in memory and moves where they are
 * asked for, forwards mostly: tables of tens of megabytes cost 64 KiB.
 */
export class SectionWindow {
  readonly #read: ReadBytes;
  readonly #section: Place;
  readonly #memory = Buffer.allocUnsafe(WINDOW_BYTES);
  #bytes: Buffer = Buffer.alloc(0);
  #from = 0;
  #movesLeft: number;

  constructor(read: ReadBytes, section: Place) {
    this.#read = read;
    this.#section = section;
    this.#movesLeft = PASSES_MAX * Math.ceil(section.size / WINDOW_BYTES) + PASSES_MAX;
  }

  /** The 32-bit number there; not a number outside of the section, or once it moved too often. */
  u32(at: number): number {
    const within = this.#within(at, 4);
    return within < 0 ? Number.NaN : this.#bytes.readUInt32LE(within);
  }

  /** The 64-bit number there; not a number as `u32`, or beyond what is exact. */
  u64(at: number): number {
    const [low, high] = [this.u32(at), this.u32(at + 4)];
    return high >= 2 ** 21 ? Number.NaN : low + high * 2 ** 32;
  }

  /** Where in the window these bytes are; -1 when they cannot be had. */
  #within(at: number, length: number): number {
    const within = at - this.#from;
    if (within >= 0 && within + length <= this.#bytes.length) return within;
    return this.#move(at, length) ? 0 : -1;
  }

  #move(at: number, length: number): boolean {
    const { offset, size } = this.#section;
    if (!(at >= 0 && at + length <= size) || this.#movesLeft <= 0) return false;
    this.#movesLeft--;
    this.#bytes = this.#read(offset + at, Math.min(WINDOW_BYTES, size - at), this.#memory);
    this.#from = at;
    return this.#bytes.length >= length;
  }
}
