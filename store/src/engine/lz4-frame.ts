import { CODES, engineError } from './engine-error.ts';

const FRAME_MAGIC = 0x184d2204;
const SKIPPABLE_MAGIC_MIN = 0x184d2a50;
const SKIPPABLE_MAGIC_MAX = 0x184d2a5f;
/** Matches reach at most this far back, across blocks where they are linked. */
const WINDOW_BYTES = 65_536;
const MATCH_LENGTH_MIN = 4;
/** Largest block by the code in the frame's header. */
const BLOCK_BYTES_MAX: Readonly<Record<number, number>> = {
  4: 65_536,
  5: 262_144,
  6: 1_048_576,
  7: 4_194_304,
};

function malformed(why: string): never {
  throw engineError(CODES.cannotDecompress, `Cannot decompress the body: lz4: ${why}`);
}

/** Reads exact counts of bytes from chunks of any size. */
class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #pending: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async read(length: number): Promise<Buffer> {
    if (!(await this.#fill(length))) malformed('the frame is cut off');
    const bytes = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return bytes;
  }

  async atEnd(): Promise<boolean> {
    return !(await this.#fill(1));
  }

  async #fill(length: number): Promise<boolean> {
    const parts = [this.#pending];
    let total = this.#pending.length;
    while (total < length) {
      const step = await this.#chunks.next();
      if (step.done === true) break;
      parts.push(Buffer.from(step.value.buffer, step.value.byteOffset, step.value.length));
      total += step.value.length;
    }
    if (parts.length > 1) this.#pending = Buffer.concat(parts, total);
    return total >= length;
  }
}

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

/** Output of one frame: the window matches reach into, then the block that is being written. */
class BlockDecoder {
  readonly #out: Buffer;
  #windowBytes = 0;
  #at = 0;

  constructor(blockBytesMax: number) {
    this.#out = Buffer.allocUnsafe(WINDOW_BYTES + blockBytesMax);
  }

  /** Decodes one block. Returns a copy. Source: lz4_Block_format.md. */
  decode(block: Buffer, compressed: boolean, linked: boolean): Buffer {
    if (!linked) this.#windowBytes = 0;
    this.#at = this.#windowBytes;
    if (compressed) this.#decodeSequences(block);
    else this.#copyLiterals(block, 0, block.length);
    const decoded = Buffer.from(this.#out.subarray(this.#windowBytes, this.#at));
    this.#keepWindow();
    return decoded;
  }

  #decodeSequences(block: Buffer): void {
    let at = 0;
    while (at < block.length) {
      const token = block[at++] ?? 0;
      let literals = token >> 4;
      if (literals === 15) {
        for (let more = 255; more === 255; literals += more) more = block[at++] ?? malformed('cut');
      }
      this.#copyLiterals(block, at, literals);
      at += literals;
      if (at >= block.length) return;
      const offset = (block[at] ?? 0) | ((block[at + 1] ?? malformed('cut')) << 8);
      at += 2;
      let length = token & 15;
      if (length === 15) {
        for (let more = 255; more === 255; length += more) more = block[at++] ?? malformed('cut');
      }
      this.#copyMatch(offset, length + MATCH_LENGTH_MIN);
    }
  }

  #copyLiterals(block: Buffer, at: number, length: number): void {
    if (at + length > block.length) malformed('literals reach over the block');
    if (this.#at + length > this.#out.length) malformed('a block is larger than its frame allows');
    block.copy(this.#out, this.#at, at, at + length);
    this.#at += length;
  }

  #copyMatch(offset: number, length: number): void {
    const from = this.#at - offset;
    if (offset === 0 || from < 0) malformed('a match reaches before the window');
    if (this.#at + length > this.#out.length) malformed('a block is larger than its frame allows');
    if (offset >= length) {
      this.#out.copy(this.#out, this.#at, from, from + length);
    } else {
      // Overlapping: each byte copied may be the source of a later one.
      const out = this.#out;
      for (let i = 0; i < length; i++) out[this.#at + i] = out[from + i] ?? 0;
    }
    this.#at += length;
  }

  #keepWindow(): void {
    const from = Math.max(0, this.#at - WINDOW_BYTES);
    this.#out.copy(this.#out, 0, from, this.#at);
    this.#windowBytes = this.#at - from;
  }
}

async function* decodeFrame(source: ByteSource): AsyncGenerator<Uint8Array, void> {
  const header = await readHeader(source);
  const decoder = new BlockDecoder(header.blockBytesMax);
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
  const source = new ByteSource(chunks);
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
