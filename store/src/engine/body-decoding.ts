import { pipeline, type Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { CODES, engineError } from './engine-error.ts';
import { decodeLz4Frames } from './lz4-frame.ts';

/** Decoded bytes of one request body. Data is streamed, so this bounds time and disk, not memory. */
export const BODY_BYTES_MAX: number = 16 * 1024 * 1024 * 1024;

async function* bounded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > BODY_BYTES_MAX) {
      throw engineError(CODES.queryTooLarge, `The body is larger than ${BODY_BYTES_MAX} bytes`);
    }
    yield chunk;
  }
}

async function* through(source: Readable, decoder: Transform): AsyncGenerator<Uint8Array, void> {
  // A failure of either reaches the loop below as the decoder's error.
  pipeline(source, decoder, () => undefined);
  try {
    for await (const chunk of decoder) yield chunk;
  } catch (error) {
    throw engineError(
      CODES.cannotDecompress,
      `Cannot decompress the body: ${String(error)}`,
      error,
    );
  }
}

/** zstd came to Node with 22.15 and 23.8. */
function zstdDecoder(): Transform {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  if (typeof create !== 'function') {
    throw engineError(
      CODES.unknownCompression,
      `Content-Encoding zstd needs Node 22.15 or later, this is ${process.version}: ` +
        'send gzip, deflate, br or lz4',
    );
  }
  return create();
}

function decode(source: Readable, encoding: string): AsyncIterable<Uint8Array> {
  switch (encoding) {
    case '':
    case 'identity':
      return source;
    case 'gzip':
    case 'x-gzip':
      return through(source, zlib.createGunzip());
    case 'deflate':
      return through(source, zlib.createInflate());
    case 'br':
      return through(source, zlib.createBrotliDecompress());
    case 'lz4':
      return decodeLz4Frames(source);
    case 'zstd':
      return through(source, zstdDecoder());
    default:
      throw engineError(CODES.unknownCompression, `Unknown compression method: ${encoding}`);
  }
}

/** The body's bytes, decoded as they arrive, at most `BODY_BYTES_MAX`. Throws `EngineError`. */
export function decodeBody(source: Readable, encoding: string): AsyncIterable<Uint8Array> {
  return bounded(decode(source, encoding.trim().toLowerCase()));
}
