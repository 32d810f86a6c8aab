import { pipeline, type Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { CODES, engineError } from './engine-error.ts';
import { decodeLz4Frames } from './lz4-frame.ts';
import { decodeNativeBlocks } from './native-blocks.ts';
import { decodeZstdFrames } from './zstd-frame.ts';

/** Decoded bytes of one request body. Data is streamed, so this bounds time and disk, not memory. */
export const BODY_BYTES_MAX: number = 16 * 1024 * 1024 * 1024;

/** A sender that sends nothing for so long is gone, and must not hold a connection of the engine. */
const BODY_IDLE_TIMEOUT_MS = 120_000;

/** The next piece; only the sender's time counts, not the engine's. */
async function nextPiece(
  source: Readable,
  chunks: AsyncIterator<Uint8Array>,
): Promise<IteratorResult<Uint8Array>> {
  const timer = setTimeout(() => {
    const seconds = BODY_IDLE_TIMEOUT_MS / 1000;
    source.destroy(engineError(CODES.socketTimeout, `The body stood still for ${seconds} s`));
  }, BODY_IDLE_TIMEOUT_MS);
  try {
    return await chunks.next();
  } finally {
    clearTimeout(timer);
  }
}

async function* bounded(
  source: Readable,
  decoded: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const chunks = decoded[Symbol.asyncIterator]();
  let total = 0;
  for (;;) {
    const step = await nextPiece(source, chunks);
    if (step.done === true) return;
    total += step.value.length;
    if (total > BODY_BYTES_MAX) {
      throw engineError(CODES.queryTooLarge, `The body is larger than ${BODY_BYTES_MAX} bytes`);
    }
    yield step.value;
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

/** zstd came to Node with 22.15 and 23.8; before, frames are decoded whole. */
function decodeZstd(source: Readable): AsyncIterable<Uint8Array> {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  return typeof create === 'function' ? through(source, create()) : decodeZstdFrames(source);
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
      return decodeZstd(source);
    default:
      throw engineError(CODES.unknownCompression, `Unknown compression method: ${encoding}`);
  }
}

/** The body's bytes, decoded as they arrive, at most `BODY_BYTES_MAX`. Throws `EngineError`. */
export function decodeBody(
  source: Readable,
  encoding: string,
  compressedBlocks: boolean,
): AsyncIterable<Uint8Array> {
  const decoded = decode(source, encoding.trim().toLowerCase());
  return bounded(source, compressedBlocks ? decodeNativeBlocks(decoded) : decoded);
}
