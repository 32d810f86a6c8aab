import { ByteSource } from './byte-source.ts';
import { Lz4BlockDecoder, malformedLz4 as malformed } from './lz4-block.ts';

const FRAME_MAGIC = 0x184d2204;
const SKIPPABLE_MAGIC_MIN = 0x184d2a50;
const SKIPPABLE_MAGIC_MAX = 0x184d2a5f;
/** Largest block by the code in the frame's header. */
const BLOCK_BYTES_MAX: Readonly<Record<number, number>> = {
  4: 65_536,
  5: 262_144,
  6: 1_048_576,
  7: 4_194_304,
};

interface FrameHeader {
  readonly linked: boolean;
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
  readonly blockBytesMax: number;
}

async function readHeader(source: ByteSource): Promise<FrameHeader> {
  const [flags = 0, blockByte = 0] = await source.read(2);
  if (flags >> 6 !== 1) malformed('unknown frame version');
  const blockBytesMax = BLOCK_BYTES_MAX[(blockByte >> 4) & 7];
  if (blockBytesMax === undefined) malformed('unknown block size');
  const contentSizeBytes = flags & 8 ? 8 : 0;
  const dictionaryBytes = flags & 1 ? 4 : 0;
  if (dictionaryBytes > 0) malformed('dictionaries are not supported');
  await source.read(contentSizeBytes + 1);
  return {
    linked: (flags & 32) === 0,
    blockChecksums: (flags & 16) !== 0,
    contentChecksum: (flags & 4) !== 0,
    blockBytesMax,
  };
}

async function* decodeFrame(source: ByteSource): AsyncGenerator<Uint8Array, void> {
  const header = await readHeader(source);
  const decoder = new Lz4BlockDecoder(header.blockBytesMax);
  for (;;) {
    const size = (await source.read(4)).readUInt32LE(0);
    if (size === 0) break;
    const length = size & 0x7fffffff;
    if (length > header.blockBytesMax) malformed('a block is larger than its frame allows');
    const block = await source.read(length);
    yield decoder.decode(block, size >>> 31 === 0, header.linked);
    if (header.blockChecksums) await source.read(4);
  }
  if (header.contentChecksum) await source.read(4);
}

/**
 * Decodes LZ4 frames, one after another, block by block: at most one block (4 MiB) and a window of
 * 64 KiB are held, so a small body cannot become a large allocation. Checksums are skipped: the
 * transport has its own. Throws `EngineError` 271.
 * Source: lz4_Frame_format.md 1.6.4.
 */
export async function* decodeLz4Frames(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const source = new ByteSource(chunks, 'lz4: the frame is cut off');
  while (!(await source.atEnd())) {
    const magic = (await source.read(4)).readUInt32LE(0);
    if (magic === FRAME_MAGIC) {
      yield* decodeFrame(source);
    } else if (magic >= SKIPPABLE_MAGIC_MIN && magic <= SKIPPABLE_MAGIC_MAX) {
      await source.read((await source.read(4)).readUInt32LE(0));
    } else {
      malformed('not a frame');
    }
  }
}
