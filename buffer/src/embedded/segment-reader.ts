import type { FileHandle } from 'node:fs/promises';
import type { BufferRecord } from '../contract.ts';
import { readAt } from './file-io.ts';
import { FRAME_HEADER_BYTES, frameIsIntact, frameLength } from './frame.ts';
import { readRecord } from './record-codec.ts';
import { findFrame } from './scan-frames.ts';
import type { Segment } from './segment.ts';

export interface ReadLimits {
  readonly bytesMax: number;
  readonly recordsMax: number;
}

export interface SegmentRead {
  readonly records: readonly BufferRecord[];
  /** Where to go on; the segment's end when nothing is left in it. */
  readonly next: number;
}

interface Parsed {
  readonly records: readonly BufferRecord[];
  readonly next: number;
  /** Where parsing stopped, from the start of the bytes. */
  readonly length: number;
}

/** Reads one segment from any offset, cheapest when each read starts where the last one ended. */
export class SegmentReader {
  readonly segment: Segment;
  readonly #handle: FileHandle;
  readonly #onLost: (segment: Segment, from: number, to: number) => void;
  #offset: number;
  #at = 0;

  static async open(
    segment: Segment,
    onLost: (segment: Segment, from: number, to: number) => void,
  ): Promise<SegmentReader> {
    return new SegmentReader(segment, await segment.openForReading(), onLost);
  }

  private constructor(
    segment: Segment,
    handle: FileHandle,
    onLost: (segment: Segment, from: number, to: number) => void,
  ) {
    this.segment = segment;
    this.#handle = handle;
    this.#onLost = onLost;
    this.#offset = segment.baseOffset;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** One `pread` in the usual case; the records are views into its buffer. */
  async read(from: number, limits: ReadLimits): Promise<SegmentRead> {
    // The segment may grow meanwhile: size and end are taken together.
    const { sizeBytes, endOffset } = this.segment;
    let at = this.#offset === from ? this.#at : await this.segment.locate(this.#handle, from);
    let wanted = limits.bytesMax;
    while (at < sizeBytes) {
      const asked = Math.min(wanted, sizeBytes - at);
      const bytes = await readAt(this.#handle, at, asked);
      const parsed = this.#parse(bytes, { from, endOffset, recordsMax: limits.recordsMax });
      at += parsed.length;
      if (parsed.records.length > 0) {
        this.#offset = parsed.next;
        this.#at = at;
        return parsed;
      }
      const length = frameLength(bytes, parsed.length);
      const needed = length === 0 ? FRAME_HEADER_BYTES : length;
      wanted = Math.max(limits.bytesMax, needed);
      const isCut = length >= 0 && parsed.length + needed > bytes.length;
      if (isCut && at + needed <= sizeBytes && (parsed.length > 0 || asked < needed)) continue;
      const found = await findFrame(this.#handle, this.segment.range(at + 1, from));
      if (found < 0) break;
      at = found;
    }
    if (endOffset > from) this.#onLost(this.segment, from, endOffset);
    this.#offset = endOffset;
    this.#at = sizeBytes;
    return { records: [], next: endOffset };
  }

  #parse(
    bytes: Buffer,
    limits: { readonly from: number; readonly endOffset: number; readonly recordsMax: number },
  ): Parsed {
    const records: BufferRecord[] = [];
    let next = limits.from;
    let at = 0;
    while (records.length < limits.recordsMax) {
      const length = frameLength(bytes, at);
      if (length <= 0 || at + length > bytes.length) break;
      if (!frameIsIntact(bytes, at, length, this.segment.seed)) break;
      const record = readRecord(bytes, at, at + length);
      if (record === undefined || record.offset >= limits.endOffset) break;
      at += length;
      if (record.offset < next) continue;
      if (record.offset > next) this.#onLost(this.segment, next, record.offset);
      records.push(record);
      next = record.offset + 1;
    }
    return { records, next, length: at };
  }
}
