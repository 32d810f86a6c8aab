import * as zlib from 'node:zlib';

/** Compresses a message into one frame; undefined where this Node has no zstd (before 22.15). */
export const zstdCompress: ((bytes: Uint8Array) => Uint8Array) | undefined = find();

function find(): ((bytes: Uint8Array) => Uint8Array) | undefined {
  const compress: unknown = Reflect.get(zlib, 'zstdCompressSync');
  if (typeof compress !== 'function') return undefined;
  return (bytes) => {
    const packed: unknown = Reflect.apply(compress, undefined, [bytes]);
    if (packed instanceof Uint8Array) return packed;
    throw new TypeError('zlib.zstdCompressSync gave no bytes');
  };
}
