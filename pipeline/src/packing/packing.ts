/**
 * How a body or message is packed; '' is not at all. `zlib` is what HTTP calls `deflate`, `snappy`
 * is the block format (either of its formats where it is unpacked), `x-snappy-framed` the other,
 * `lz4` the frame format.
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

/** Bytes that are not what their packing says. */
export class CorruptError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'CorruptError';
  }
}

/** What a native codec throws is about the bytes: it is given no others than those of the sender. */
export function corruptError(error: unknown): CorruptError {
  return new CorruptError(error instanceof Error ? error.message : String(error), { cause: error });
}

/** A step that made nothing. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);
