import { SondeError } from '../errors.ts';
import { lz4Codec, snappyCodec, zstdCodec } from './codecs.ts';
import { deflateAddon } from './deflate-addon.ts';
import { inflate } from './inflate.ts';
import { CorruptError, type Packing, type Room } from './packing.ts';
import { unpackSnappy } from './snappy-block.ts';
import { inTurns } from './steps.ts';

/** Counts what the unpacked body holds. */
export interface UnpackAccount {
  /** Throws `SondeError` `OVERLOADED` when there is no room. */
  take(bytes: number): void;
  giveBack(bytes: number): void;
}

export interface UnpackOptions {
  /** Of what the body unpacks to. */
  readonly bytesMax: number;
  readonly account: UnpackAccount;
  /** Words the refusal of more than `bytesMax`. */
  readonly tooLarge: (bytesMax: number) => SondeError;
}

/**
 * Unpacks a body, which must stay as it is meanwhile; the result is the caller's. Rejects with
 * `TOO_LARGE` at the limit, without having unpacked more than a block beyond it, with `OVERLOADED`
 * when the account has no room, and with `INVALID_DATA` when the body is cut or corrupt.
 */
export async function unpack(
  packed: Buffer,
  packing: Exclude<Packing, ''>,
  options: UnpackOptions,
): Promise<Buffer> {
  try {
    const { buffer, byteOffset, byteLength } = await decode(
      packed,
      packing,
      new LimitedRoom(options),
    );
    return Buffer.from(buffer, byteOffset, byteLength);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    throw new SondeError('INVALID_DATA', `${packing}: ${error.message}`, { cause: error });
  }
}

async function decode(
  packed: Buffer,
  packing: Exclude<Packing, ''>,
  room: Room,
): Promise<Uint8Array> {
  switch (packing) {
    case 'gzip':
    case 'zlib':
      return await inflate(packed, { packing, room, addon: deflateAddon() });
    case 'zstd':
      return await (await zstdCodec()).unpackZstd(packed, room);
    case 'lz4':
      return await inTurns((await lz4Codec()).unpackLz4(packed, room));
    default: {
      const { isFramedSnappy, unpackFramedSnappy } = await snappyCodec();
      const isFramed = packing === 'x-snappy-framed' || isFramedSnappy(packed);
      if (isFramed) return await inTurns(unpackFramedSnappy(packed, room));
      return await unpackSnappy(packed, room);
    }
  }
}

class LimitedRoom implements Room {
  readonly #options: UnpackOptions;
  #bytes = 0;

  constructor(options: UnpackOptions) {
    this.#options = options;
  }

  get left(): number {
    return this.#options.bytesMax - this.#bytes;
  }

  take(bytes: number): void {
    const { bytesMax, account, tooLarge } = this.#options;
    if (bytes > this.left) throw tooLarge(bytesMax);
    account.take(bytes);
    this.#bytes += bytes;
  }

  giveBack(bytes: number): void {
    this.#options.account.giveBack(bytes);
    this.#bytes -= bytes;
  }
}
