/**
 * How a body or message is packed; '' is not at all. `zlib` is what HTTP calls `deflate`, `snappy`
 * is either of its formats, `x-snappy-framed` the second alone, `lz4` the frame format.
 */
export type Packing = '' | 'gzip' | 'zlib' | 'zstd' | 'snappy' | 'x-snappy-framed' | 'lz4';

/** What a decoder asks before it makes bytes. */
export interface Room {
  /** How many more bytes there may be. */
  readonly left: number;
  /** Throws `SondeError` `TOO_LARGE` or `OVERLOADED` when there is no room for so many more. */
  take(bytes: number): void;
  giveBack(bytes: number): void;
}

/**
 * Unpacks piece by piece: each is made when it is asked for, and no larger than a block of its
 * format. Throws `CorruptError` where the bytes are cut or corrupt, and what `room` throws.
 */
export type Decoder = (packed: Buffer, room: Room) => Iterable<Uint8Array>;

/** Bytes that are not what their packing says. */
export class CorruptError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'CorruptError';
  }
}
