import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readAt } from './file-io.ts';
import { FRAME_HEADER_BYTES, refuseLaterFormat, seedOf } from './frame.ts';
import { OFFSET_PREFIX_BYTES, offsetOfFrame } from './record-codec.ts';
import { type Frame, type ScanRange, scanFrames } from './scan-frames.ts';
import { SparseIndex } from './sparse-index.ts';

const NAME_DIGITS = 20;
const NAME_PATTERN: RegExp = /^(\d{20})\.log$/;
const SMALLEST_FRAME_BYTES: number = FRAME_HEADER_BYTES + 24;

/** Where a partition's files lie and how they are named in checksums. */
export interface PartitionPlace {
  readonly topic: string;
  readonly partition: number;
  readonly directory: string;
}

/**
 * One file of a partition: frames of the offsets `[baseOffset, endOffset)`. Frames at or after
 * `endOffset` are none of its records (what a failed write left). Only the last segment grows.
 */
export class Segment {
  readonly path: string;
  readonly baseOffset: number;
  readonly seed: number;
  readonly index: SparseIndex = new SparseIndex();
  /** Durable: what a reader may see. */
  sizeBytes: number;
  endOffset: number;
  /** When the newest record was written; after reopening, the file's time. */
  writtenUnixMs: number;
  /** Damaged ranges found so far, by first offset. At most one a frame. */
  readonly lost: Map<number, number> = new Map();

  constructor(place: PartitionPlace, baseOffset: number) {
    const name = `${String(baseOffset).padStart(NAME_DIGITS, '0')}.log`;
    this.path = join(place.directory, name);
    this.seed = seedOf(`${place.topic}/${place.partition}/${name}`);
    this.baseOffset = baseOffset;
    this.sizeBytes = 0;
    this.endOffset = baseOffset;
    this.writtenUnixMs = Date.now();
  }

  /** A scan of the durable part from `at` on; after damage only offsets from `offsetMin` count. */
  range(at: number, offsetMin: number): ScanRange {
    return this.#range({ at, offsetMin, offsetMax: this.endOffset - 1 });
  }

  /**
   * Reads the whole file, whose end is not known: sets size, end and index. Returns damaged ranges
   * as `onLost(from, to)`, and where the intact frames end.
   */
  async recover(handle: FileHandle, onLost: (from: number, to: number) => void): Promise<number> {
    const { size } = await handle.stat();
    refuseLaterFormat(await readAt(handle, 0, FRAME_HEADER_BYTES), this.path);
    this.sizeBytes = size;
    let expected = this.baseOffset;
    const offsetMax = this.baseOffset + Math.ceil(size / SMALLEST_FRAME_BYTES);
    const range = this.#range({ at: 0, offsetMin: this.baseOffset, offsetMax });
    const { intactEnd } = await scanFrames(handle, range, (frame) => {
      const offset = frameOffset(frame);
      if (offset < expected) return true;
      if (offset > expected) onLost(expected, offset);
      this.index.add(offset, frame.fileAt);
      expected = offset + 1;
      return true;
    });
    this.sizeBytes = intactEnd;
    this.endOffset = expected;
    return intactEnd;
  }

  /** Where the frame of the first record at or after `offset` starts, or the end of the file. */
  async locate(handle: FileHandle, offset: number): Promise<number> {
    if (offset <= this.baseOffset) return 0;
    const near = this.index.before(offset);
    let found = this.sizeBytes;
    await scanFrames(
      handle,
      this.range(near?.at ?? 0, near?.offset ?? this.baseOffset),
      (frame) => {
        const at = frameOffset(frame);
        this.index.add(at, frame.fileAt);
        if (at < offset) return true;
        found = frame.fileAt;
        return false;
      },
    );
    return found;
  }

  openForReading(): Promise<FileHandle> {
    return open(this.path, 'r');
  }

  #range(limits: { at: number; offsetMin: number; offsetMax: number }): ScanRange {
    const accepts = (bytes: Buffer, at: number): boolean => {
      if (at + OFFSET_PREFIX_BYTES > bytes.length) return false;
      const offset = offsetOfFrame(bytes, at);
      return offset >= limits.offsetMin && offset <= limits.offsetMax;
    };
    return { seed: this.seed, at: limits.at, endAt: this.sizeBytes, accepts };
  }
}

function frameOffset(frame: Frame): number {
  return frame.length < OFFSET_PREFIX_BYTES ? -1 : offsetOfFrame(frame.bytes, frame.at);
}

/**
 * The segments of a partition as their names and sizes say, oldest first; nothing is read. The end
 * of the last one is not known until `recover`.
 */
export async function listSegments(place: PartitionPlace): Promise<Segment[]> {
  const bases: number[] = [];
  for (const name of await readdir(place.directory)) {
    const digits = NAME_PATTERN.exec(name)?.[1];
    if (digits !== undefined) bases.push(Number(digits));
  }
  bases.sort((left, right) => left - right);
  const segments: Segment[] = [];
  for (const [index, base] of bases.entries()) {
    const segment = new Segment(place, base);
    const { size, mtimeMs } = await stat(segment.path);
    segment.sizeBytes = size;
    segment.writtenUnixMs = mtimeMs;
    segment.endOffset = bases[index + 1] ?? base;
    segments.push(segment);
  }
  return segments;
}
