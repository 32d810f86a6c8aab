import { ZSTDDecoder } from 'zstddec';
import { ByteSource } from './byte-source.ts';
import { CODES, engineError } from './engine-error.ts';

const FRAME_MAGIC = 0xfd2fb528;
/** The lower four bits are the user's. */
const SKIPPABLE_MAGIC = 0x184d2a5;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const CHECKSUM_BYTES = 4;
const BLOCK_HEAD_BYTES = 3;
/** What a packed block unpacks to at the most. */
const BLOCK_BYTES_MAX = 131_072;
const BLOCK = { plain: 0, repeated: 1, packed: 2 } as const;

/** Of one frame, packed or unpacked: it is held whole. */
export const ZSTD_FRAME_BYTES_MAX: number = 64 * 1024 * 1024;

function malformed(why: string): never {
  throw engineError(CODES.cannotDecompress, `Cannot decompress the body: zstd: ${why}`);
}

/** A frame and the room that its content needs at the most. */
interface Frame {
  readonly bytes: Buffer;
  readonly contentBytesMax: number;
}

/** Pieces of a frame as they are read, within the limit. */
class Pieces {
  readonly #source: ByteSource;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async read(length: number): Promise<Buffer> {
    this.#bytes += length;
    if (this.#bytes > ZSTD_FRAME_BYTES_MAX) tooLarge();
    const piece = await this.#source.read(length);
    this.#pieces.push(piece);
    return piece;
  }

  whole(): Buffer {
    return Buffer.concat(this.#pieces, this.#bytes);
  }
}

function tooLarge(): never {
  malformed(
    `a frame of more than ${ZSTD_FRAME_BYTES_MAX} bytes on ${process.version}: ` +
      'send several frames, or lz4 or gzip, or run Node 22.15 or later',
  );
}

async function readFrame(source: ByteSource): Promise<Frame> {
  const pieces = new Pieces(source);
  await pieces.read(4);
  const descriptor = (await pieces.read(1)).readUInt8(0);
  const isSingleSegment = (descriptor & 32) !== 0;
  if (!isSingleSegment) await pieces.read(1);
  const idBytes = DICTIONARY_ID_BYTES[descriptor & 3] ?? 0;
  if (idBytes > 0 && (await pieces.read(idBytes)).some((byte) => byte !== 0)) {
    malformed('dictionaries are not supported');
  }
  const declared = await readContentSize(pieces, descriptor >>> 6, isSingleSegment);
  const blocks = await readBlocks(pieces);
  if ((descriptor & 4) !== 0) await pieces.read(CHECKSUM_BYTES);
  const contentBytesMax = declared ?? blocks;
  if (contentBytesMax > ZSTD_FRAME_BYTES_MAX) tooLarge();
  if (contentBytesMax > blocks) malformed('a frame holds less than it says');
  return { bytes: pieces.whole(), contentBytesMax };
}

/** Undefined where the frame does not say. */
async function readContentSize(
  pieces: Pieces,
  code: number,
  isSingleSegment: boolean,
): Promise<number | undefined> {
  if (code === 0) return isSingleSegment ? (await pieces.read(1)).readUInt8(0) : undefined;
  const bytes = await pieces.read(CONTENT_SIZE_BYTES[code] ?? 0);
  if (code === 1) return bytes.readUInt16LE(0) + 256;
  if (code === 2) return bytes.readUInt32LE(0);
  return Number(bytes.readBigUInt64LE(0));
}

/** Reads the blocks of a frame; returns what they can unpack to. */
async function readBlocks(pieces: Pieces): Promise<number> {
  let total = 0;
  for (;;) {
    const head = (await pieces.read(BLOCK_HEAD_BYTES)).readUIntLE(0, BLOCK_HEAD_BYTES);
    const [kind, size] = [(head >>> 1) & 3, head >>> 3];
    if (kind > BLOCK.packed) malformed('unknown kind of block');
    await pieces.read(kind === BLOCK.repeated ? 1 : size);
    total += kind === BLOCK.packed ? BLOCK_BYTES_MAX : size;
    if (total > ZSTD_FRAME_BYTES_MAX + BLOCK_BYTES_MAX) tooLarge();
    if ((head & 1) === 1) return total;
  }
}

/**
 * Decodes zstd frames, one after another, each whole: for Node before 22.15, which has no decoder of
 * its own. Python's `clickhouse-connect` sends a frame a block, of a megabyte or so. Throws
 * `EngineError` 271.
 * Source: RFC 8878, 3.1.
 */
export async function* decodeZstdFrames(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const source = new ByteSource(chunks, 'zstd: the frame is cut off');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  while (!(await source.atEnd())) {
    const magic = (await source.peek(4)).readUInt32LE(0);
    if (magic >>> 4 === SKIPPABLE_MAGIC) {
      const head = await source.read(8);
      await source.skip(head.readUInt32LE(4));
      continue;
    }
    if (magic !== FRAME_MAGIC) malformed('not a frame');
    const { bytes, contentBytesMax } = await readFrame(source);
    if (contentBytesMax === 0) continue;
    const content = decoder.decode(bytes, contentBytesMax);
    // It says nothing else of what is corrupt.
    if (content.length === 0) malformed('the content is corrupt');
    yield content;
  }
}
