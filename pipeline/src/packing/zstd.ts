import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { ZSTDDecoder } from 'zstddec';
import { SondeError } from '../errors.ts';
import { ByteCursor } from './byte-cursor.ts';
import {
  HERE_BYTES_MAX,
  UNPACK_STEP_BYTES,
  UNPACK_TURN_BYTES,
  ZSTD_HEAP_BYTES_MAX,
} from './limits.ts';
import { CorruptError, NO_BYTES, type Room } from './packing.ts';
import { zstdBytesMax } from './zstd-frames.ts';
import { zstdThreads } from './zstd-threads.ts';

/** Facebook's library as WebAssembly, for small bodies: one for the thread. */
const decoder = new ZSTDDecoder();

/**
 * Unpacks frames in a row. The library gets room for what the frames can hold, or for what `room`
 * has left where that is less, and makes no byte more. Rejects with `CorruptError`, and with what
 * `room` throws.
 */
export async function unpackZstd(packed: Buffer, room: Room): Promise<Uint8Array> {
  const bytesMax = await readBytesMax(packed);
  if (bytesMax === 0) return NO_BYTES;
  const given = Math.min(bytesMax, room.left);
  // Nothing is left: the words for that are the room's.
  if (given === 0) room.take(bytesMax);
  if (packed.length + given > ZSTD_HEAP_BYTES_MAX) {
    const words = `zstd: more than ${ZSTD_HEAP_BYTES_MAX} bytes packed and unpacked`;
    throw new SondeError('TOO_LARGE', words);
  }
  room.take(given);
  const bytes = await decode(packed, given);
  // It says nothing else, whether the bytes are corrupt or more than it had room for.
  if (bytes.length === 0) {
    if (given < bytesMax) room.take(bytesMax - given);
    throw new CorruptError('the content is corrupt');
  }
  room.giveBack(given - bytes.length);
  return bytes;
}

async function readBytesMax(packed: Buffer): Promise<number> {
  const steps = zstdBytesMax(new ByteCursor(packed));
  for (let work = 0; ; work += UNPACK_STEP_BYTES) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (work < UNPACK_TURN_BYTES) continue;
    work = 0;
    await setImmediate();
  }
}

async function decode(packed: Buffer, given: number): Promise<Uint8Array> {
  if (packed.length + given > HERE_BYTES_MAX) {
    return await zstdThreads.run({ kind: 'unpack', bytes: packed, number: given });
  }
  await decoder.init();
  return decoder.decode(packed, given);
}

/** The library's own. */
export const ZSTD_LEVEL_DEFAULT = 3;

/** One frame, made on another thread: by Node where it can (from 22.15 on), else by the library. */
export async function packZstd(bytes: Uint8Array, level: number): Promise<Uint8Array> {
  if (nodeZstd !== undefined) return await nodeZstd(bytes, level);
  return await zstdThreads.run({ kind: 'pack', bytes, number: level });
}

type PackZstd = (bytes: Uint8Array, level: number) => Promise<Uint8Array>;

const nodeZstd: PackZstd | undefined = findNodeZstd();

function findNodeZstd(): PackZstd | undefined {
  const compress: unknown = Reflect.get(zlib, 'zstdCompress');
  const key: unknown = Reflect.get(zlib.constants, 'ZSTD_c_compressionLevel');
  if (typeof compress !== 'function' || typeof key !== 'number') return undefined;
  const pack = promisify((bytes: Uint8Array, level: number, done: Done) => {
    Reflect.apply(compress, undefined, [bytes, { params: { [key]: level } }, done]);
  });
  return pack;
}

type Done = (error: Error | null, packed: Uint8Array) => void;
