import {
  createGunzip,
  createInflate,
  type Gunzip,
  gunzipSync,
  type Inflate,
  inflateSync,
  type ZlibOptions,
} from 'node:zlib';
import { SondeError } from '../errors.ts';
import type { DeflateAddon } from './deflate-addon.ts';
import { declaredLength, gunzipMember } from './gunzip-member.ts';
import { HERE_BYTES_MAX, HERE_UNDECLARED_BYTES_MAX, UNPACK_CHUNK_BYTES } from './limits.ts';
import { CorruptError, corruptError, type Room } from './packing.ts';
import { Pieces } from './pieces.ts';

/** Node's code for more output than it may make. */
const TOO_MUCH = 'ERR_BUFFER_TOO_LARGE';

export interface InflateOptions {
  readonly packing: 'gzip' | 'zlib';
  readonly room: Room;
  readonly addon: DeflateAddon | undefined;
}

/**
 * One member of gzip by libdeflate. What that does not take, or where it is not, by node:zlib: a small
 * body at once, which costs the least; a larger one, or one that turns out to be larger, on Node's
 * threads piece by piece. Rejects with `CorruptError`, and with what `room` throws.
 */
export async function inflate(
  packed: Buffer,
  { packing, room, addon }: InflateOptions,
): Promise<Buffer> {
  if (packing === 'gzip' && addon !== undefined) {
    const bytes = await gunzipMember(packed, room, addon);
    if (bytes !== undefined) return bytes;
  }
  return inflateHere(packed, packing, room) ?? (await inflateElsewhere(packed, packing, room));
}

function inflateHere(packed: Buffer, packing: 'gzip' | 'zlib', room: Room): Buffer | undefined {
  const maxOutputLength = Math.min(HERE_BYTES_MAX, room.left);
  const expected = expectedLength(packed, packing);
  if (expected === undefined || packed.length + expected > maxOutputLength) return undefined;
  try {
    const chunkSize = Math.max(expected, MIN_CHUNK_BYTES);
    const options = { maxOutputLength, chunkSize };
    const bytes = packing === 'gzip' ? gunzipSync(packed, options) : inflateWhole(packed, options);
    room.take(bytes.length);
    return bytes;
  } catch (error) {
    if (error instanceof SondeError || error instanceof CorruptError) throw error;
    if (Reflect.get(Object(error), 'code') === TOO_MUCH) return undefined;
    throw corruptError(error);
  }
}

/** zlib stops at the end of its stream and says nothing of what follows; gunzip does. */
function inflateWhole(packed: Buffer, options: ZlibOptions): Buffer {
  const result: unknown = inflateSync(packed, { ...options, info: true });
  const bytes: unknown = Reflect.get(Object(result), 'buffer');
  const { bytesWritten } = Object(Reflect.get(Object(result), 'engine'));
  if (bytesWritten !== packed.length) throw trailing();
  return Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0);
}

function trailing(): CorruptError {
  return new CorruptError('bytes after its end');
}

/** What a body is worth trying at once with; undefined where it is not. */
function expectedLength(packed: Buffer, packing: 'gzip' | 'zlib'): number | undefined {
  const declared = packing === 'gzip' ? declaredLength(packed) : undefined;
  if (declared !== undefined) return declared;
  return packed.length <= HERE_UNDECLARED_BYTES_MAX ? packed.length * USUAL_RATIO : undefined;
}

/** What zlib unpacks to, mostly: a wrong guess costs a copy. */
const USUAL_RATIO = 8;
const MIN_CHUNK_BYTES = 1024;

function inflater(packing: 'gzip' | 'zlib'): Gunzip | Inflate {
  const options = { chunkSize: UNPACK_CHUNK_BYTES };
  return packing === 'gzip' ? createGunzip(options) : createInflate(options);
}

function inflateElsewhere(packed: Buffer, packing: 'gzip' | 'zlib', room: Room): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const stream = inflater(packing);
    const pieces = new Pieces();
    stream.on('error', (error) => {
      reject(
        error instanceof SondeError ? error : new CorruptError(error.message, { cause: error }),
      );
    });
    stream.on('data', (chunk: Buffer) => {
      try {
        room.take(chunk.length);
        pieces.add(chunk);
      } catch (error) {
        stream.destroy(SondeError.from(error));
      }
    });
    stream.on('end', () => {
      if (packing === 'zlib' && stream.bytesWritten !== packed.length) reject(trailing());
      else resolve(pieces.join());
    });
    stream.end(packed);
  });
}
