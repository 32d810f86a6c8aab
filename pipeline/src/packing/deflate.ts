import { promisify } from 'node:util';
import { constants, deflate, gzip, type ZlibOptions } from 'node:zlib';
import { DEFLATE_FORMATS, type DeflateAddon } from './deflate-addon.ts';
import { deflateThreads } from './deflate-threads.ts';
import { DEFLATE_HERE_BYTES_MAX, DEFLATE_HERE_LEVEL_MAX } from './limits.ts';

const gzipAsync = promisify<Uint8Array, ZlibOptions, Buffer>(gzip);
const deflateAsync = promisify<Uint8Array, ZlibOptions, Buffer>(deflate);

/** What Go's zlib calls `DefaultCompression`, and what that is. */
const DEFAULT = -1;
const DEFAULT_LEVEL = 6;

/** What Go's zlib calls `HuffmanOnly`: libdeflate has nothing like it. */
const HUFFMAN_ONLY = -2;

export interface DeflateOptions {
  readonly packing: 'gzip' | 'zlib';
  readonly level: number;
  readonly addon: DeflateAddon | undefined;
}

/**
 * Packs by libdeflate: a short body at once, which costs less than to wake a thread, a longer one on
 * a thread of libuv. By node:zlib where there is no addon, in its chunks of 16 KiB. `level` is Go's,
 * -2 to 9; libdeflate's levels are about zlib's in what they make. Rejects with `OVERLOADED` when too
 * many wait for a thread.
 */
export async function packDeflate(
  bytes: Uint8Array,
  { packing, level, addon }: DeflateOptions,
): Promise<Uint8Array> {
  if (addon === undefined || level === HUFFMAN_ONLY) {
    const packByZlib = packing === 'gzip' ? gzipAsync : deflateAsync;
    return await packByZlib(bytes, zlibOptions(level));
  }
  const format = DEFLATE_FORMATS[packing];
  const own = level === DEFAULT ? DEFAULT_LEVEL : level;
  const isShort = bytes.length <= DEFLATE_HERE_BYTES_MAX && own <= DEFLATE_HERE_LEVEL_MAX;
  if (isShort) return addon.packHere(bytes, format, own);
  return await deflateThreads.run(() => addon.pack(bytes, format, own));
}

function zlibOptions(level: number): ZlibOptions {
  return level === HUFFMAN_ONLY ? { strategy: constants.Z_HUFFMAN_ONLY } : { level };
}
