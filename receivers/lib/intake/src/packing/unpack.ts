import { setImmediate } from 'node:timers/promises';
import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib';
import { SondeError } from '@sonde/pipeline';
import type { InFlightAccount } from '../in-flight-bytes.ts';
import { UNPACK_CHUNK_BYTES, UNPACK_TURN_BYTES } from '../limits.ts';
import { unpackLz4 } from './lz4.ts';
import { CorruptError, type Decoder, type Packing, type Room } from './packing.ts';
import { unpackAnySnappy, unpackFramedSnappy } from './snappy.ts';
import { unpackZstd } from './zstd.ts';

const DECODERS: Readonly<Record<'snappy' | 'x-snappy-framed' | 'lz4', Decoder>> = {
  snappy: unpackAnySnappy,
  'x-snappy-framed': unpackFramedSnappy,
  lz4: unpackLz4,
};

export interface UnpackOptions {
  /** Of what the body unpacks to. */
  readonly bytesMax: number;
  /** Takes what the unpacked body holds. */
  readonly account: InFlightAccount;
  /** Words the refusal of more than `bytesMax`. */
  readonly tooLarge: (bytesMax: number) => SondeError;
}

/**
 * Unpacks a body. Rejects with `TOO_LARGE` at the limit, without having unpacked more than a block
 * beyond it, with `OVERLOADED` when the account has no room, and with `INVALID_DATA` when the body is
 * cut or corrupt.
 */
export async function unpack(
  packed: Buffer,
  packing: Exclude<Packing, ''>,
  options: UnpackOptions,
): Promise<Buffer> {
  const room = new LimitedRoom(options);
  if (packing === 'gzip' || packing === 'zlib') return await inflate(packed, packing, room);
  try {
    if (packing === 'zstd') return asBuffer(await unpackZstd(packed, room));
    return await decode(packed, DECODERS[packing], room);
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    throw corrupt(packing, error);
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

async function decode(packed: Buffer, decoder: Decoder, room: Room): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let turnEnd = UNPACK_TURN_BYTES;
  for (const piece of decoder(packed, room)) {
    pieces.push(piece);
    length += piece.length;
    if (length < turnEnd) continue;
    // Other requests have their turn while a large body is unpacked.
    turnEnd = length + UNPACK_TURN_BYTES;
    await setImmediate();
  }
  return Buffer.concat(pieces, length);
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function inflater(packing: 'gzip' | 'zlib'): Gunzip | Inflate {
  const options = { chunkSize: UNPACK_CHUNK_BYTES };
  return packing === 'gzip' ? createGunzip(options) : createInflate(options);
}

function inflate(packed: Buffer, packing: 'gzip' | 'zlib', room: Room): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const stream = inflater(packing);
    const chunks: Buffer[] = [];
    let length = 0;
    stream.on('error', (error) => {
      reject(error instanceof SondeError ? error : corrupt(packing, error));
    });
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      try {
        room.take(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        stream.destroy(SondeError.from(error));
      }
    });
    stream.on('end', () => resolve(Buffer.concat(chunks, length)));
    stream.end(packed);
  });
}

function corrupt(packing: Packing, error: Error): SondeError {
  return new SondeError('INVALID_DATA', `${packing}: ${error.message}`, { cause: error });
}
