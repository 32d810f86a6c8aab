import { Transform } from 'node:stream';
import { compress } from 'lz4-napi';

/** Magic, version 1 with blocks that stand alone, blocks of at most 4 MiB, the header's checksum. */
const FRAME_HEAD = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
const FRAME_END = Buffer.alloc(4);
const BLOCK_BYTES = 1024 * 1024;
const STORED = 0x80000000;
/** lz4-napi puts the decoded size before the block. */
const LZ4_NAPI_PREFIX_BYTES = 4;

async function encodeBlock(piece: Buffer): Promise<Buffer> {
  const data = (await compress(piece)).subarray(LZ4_NAPI_PREFIX_BYTES);
  const size = Buffer.alloc(4);
  // The format forbids a block that grew.
  const stored = data.length >= piece.length;
  size.writeUInt32LE(stored ? piece.length + STORED : data.length, 0);
  return Buffer.concat([size, stored ? piece : data]);
}

/** One LZ4 frame, block by block, off the event loop. Source: lz4_Frame_format.md 1.6.4. */
export function lz4FrameEncoder(): Transform {
  let head = FRAME_HEAD;
  const encode = async (chunk: Buffer): Promise<Buffer> => {
    const parts: Buffer[] = [head];
    head = Buffer.alloc(0);
    for (let at = 0; at < chunk.length; at += BLOCK_BYTES) {
      parts.push(await encodeBlock(chunk.subarray(at, at + BLOCK_BYTES)));
    }
    return Buffer.concat(parts);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      encode(chunk).then((encoded) => done(null, encoded), done);
    },
    flush(done) {
      done(null, Buffer.concat([head, FRAME_END]));
    },
  });
}
