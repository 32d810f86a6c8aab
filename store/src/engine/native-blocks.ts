import { Transform } from 'node:stream';
import { compress } from 'lz4-napi';
import { ByteSource } from './byte-source.ts';
import { CODES, engineError } from './engine-error.ts';
import { Lz4BlockDecoder } from './lz4-block.ts';
import { loadAddonAlone } from './native-addon.ts';

/**
 * ClickHouse's own framing of compressed data (`compress=1`, `decompress=1`), block after block:
 *
 *   16 bytes   CityHash128 of all that follows
 *    1 byte    method
 *    4 bytes   size from the method on, little-endian
 *    4 bytes   size when decoded
 *
 * Source: ClickHouse src/Compression/CompressedReadBufferBase.cpp.
 */
const CHECKSUM_BYTES = 16;
const HEADER_BYTES = 9;
const METHOD_NONE = 0x02;
const METHOD_LZ4 = 0x82;
/** Of one block, encoded or decoded; ClickHouse itself makes blocks of about 1 MiB. */
export const NATIVE_BLOCK_BYTES_MAX: number = 64 * 1024 * 1024;
/** Larger pieces are cut, so that no block makes the reader wait or hold much. */
const ENCODED_BLOCK_BYTES = 1024 * 1024;
/** lz4-napi puts the decoded size before the block. */
const LZ4_NAPI_PREFIX_BYTES = 4;

function refuse(why: string): never {
  throw engineError(CODES.cannotDecompress, `Cannot decompress the body: ${why}`);
}

function decodeData(method: number, data: Buffer, decodedBytes: number): Buffer {
  if (method === METHOD_NONE) return data;
  if (method !== METHOD_LZ4) {
    const name = `0x${method.toString(16)}`;
    throw engineError(
      CODES.unknownCompression,
      `Unknown compression method ${name} of a block: send LZ4 or none`,
    );
  }
  return new Lz4BlockDecoder(decodedBytes).decode(data, true, false);
}

/** Decodes the body of `decompress=1`; holds one block. Throws `EngineError` 271 and 89. */
export async function* decodeNativeBlocks(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const { blockChecksum } = loadAddonAlone();
  const source = new ByteSource(chunks, 'a block is cut off');
  while (!(await source.atEnd())) {
    const head = Buffer.from(await source.read(CHECKSUM_BYTES + HEADER_BYTES));
    const encodedBytes = head.readUInt32LE(CHECKSUM_BYTES + 1);
    const decodedBytes = head.readUInt32LE(CHECKSUM_BYTES + 5);
    if (
      encodedBytes < HEADER_BYTES ||
      Math.max(encodedBytes, decodedBytes) > NATIVE_BLOCK_BYTES_MAX
    )
      refuse(`a block of ${encodedBytes} bytes that holds ${decodedBytes}`);
    const data = await source.read(encodedBytes - HEADER_BYTES);
    const sum = blockChecksum(Buffer.concat([head.subarray(CHECKSUM_BYTES), data]));
    if (!sum.equals(head.subarray(0, CHECKSUM_BYTES))) refuse('the checksum of a block is wrong');
    const decoded = decodeData(head.readUInt8(CHECKSUM_BYTES), data, decodedBytes);
    if (decoded.length !== decodedBytes) refuse('a block holds another size than it says');
    yield decoded;
  }
}

async function encodeBlock(piece: Buffer): Promise<Buffer> {
  const data = (await compress(piece)).subarray(LZ4_NAPI_PREFIX_BYTES);
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt8(METHOD_LZ4, 0);
  head.writeUInt32LE(HEADER_BYTES + data.length, 1);
  head.writeUInt32LE(piece.length, 5);
  const block = Buffer.concat([head, data]);
  return Buffer.concat([loadAddonAlone().blockChecksum(block), block]);
}

async function encode(chunk: Buffer): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for (let at = 0; at < chunk.length; at += ENCODED_BLOCK_BYTES) {
    blocks.push(await encodeBlock(chunk.subarray(at, at + ENCODED_BLOCK_BYTES)));
  }
  return Buffer.concat(blocks);
}

/** Encodes the answer of `compress=1` with LZ4, off the event loop. */
export function nativeBlockEncoder(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      encode(chunk).then((encoded) => done(null, encoded), done);
    },
  });
}
