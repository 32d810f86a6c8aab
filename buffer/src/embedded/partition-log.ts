import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { BufferError, type NewRecord } from '../contract.ts';
import { MOMENTS } from '../moments.ts';
import { identityOf, ioError, isAt, syncDirectory, writeAll } from './file-io.ts';
import { GroupCommit } from './group-commit.ts';
import type { OnLogEvent } from './log-event.ts';
import { makePartitionId, readPartitionId, writePartitionId } from './partition-id.ts';
import { FrameWriter } from './record-codec.ts';
import { restoreSegment } from './restore-segment.ts';
import { listSegments, type PartitionPlace, Segment } from './segment.ts';
import { Waiters } from './waiters.ts';

/** Bytes of one write and sync: what is encoded in one go, without a turn of the event loop. */
const GROUP_BYTES_MAX: number = 16 * 1024 * 1024;

/** An append on its way. */
export interface PendingAppend {
  readonly records: readonly NewRecord[];
  /** `frameBytesOf` each record, and their sum. */
  readonly frameBytes: readonly number[];
  readonly bytes: number;
  readonly resolve: (firstOffset: number) => void;
  readonly reject: (error: BufferError) => void;
}

/** Who counts the bytes of a topic and makes room for more. */
export interface Room {
  segmentBytes(): number;
  /** Rejects with `BUFFER_FULL`. */
  take(bytes: number, partition: PartitionLog): Promise<void>;
  give(bytes: number): void;
}

export interface PartitionLogSettings {
  readonly place: PartitionPlace;
  readonly room: Room;
  readonly onEvent: OnLogEvent;
  /** Called after each sync with what became durable. */
  readonly onSync: (records: number, bytes: number) => void;
  /** No offset below this is given out again, even if the files that held it are gone. */
  readonly offsetMin: number;
}

/** One partition's segments: appends in groups, a sync a group. */
export class PartitionLog {
  readonly place: PartitionPlace;
  /** Tells its offsets from those of a partition that lay in its place before; undefined of old ones. */
  readonly id: string | undefined;
  readonly appended: Waiters = new Waiters();
  readonly #settings: PartitionLogSettings;
  readonly #commits: GroupCommit<PendingAppend>;
  /** Oldest first, never empty; the last one is written to. */
  readonly #segments: Segment[] = [];
  #handle: FileHandle;
  /** Of `#handle`'s file: who has replaced it at its path is seen by that. */
  #identity = '';
  #sizeBytes = 0;
  #lostRecords = 0;
  /** A sync failed: what of the file is on the disk is unknown, so it is not written to again. */
  #broken = false;

  static async open(settings: PartitionLogSettings): Promise<PartitionLog> {
    const { place } = settings;
    try {
      await mkdir(place.directory, { recursive: true });
      const segments = await listSegments(place);
      // Offsets of a partition that was removed begin anew: those before were its own.
      const isNew = segments.length === 0;
      const id = await (isNew ? makePartitionId : readPartitionId)(place.directory);
      const last = segments.pop() ?? new Segment(place, settings.offsetMin);
      const handle = await open(last.path, constants.O_RDWR | constants.O_CREAT);
      const log = new PartitionLog(settings, { id, segments, last, handle });
      await log.#recover(last);
      return log;
    } catch (error) {
      throw ioError(error, `opening ${place.directory}`);
    }
  }

  private constructor(
    settings: PartitionLogSettings,
    files: {
      readonly id: string | undefined;
      readonly segments: Segment[];
      readonly last: Segment;
      readonly handle: FileHandle;
    },
  ) {
    this.place = settings.place;
    this.id = files.id;
    this.#settings = settings;
    this.#segments.push(...files.segments, files.last);
    this.#handle = files.handle;
    this.#commits = new GroupCommit((pending) => this.#flush(pending));
  }

  get startOffset(): number {
    return this.#segments[0]?.baseOffset ?? 0;
  }

  get endOffset(): number {
    return this.#active().endOffset;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Of the segment that is written to. */
  get activeBytes(): number {
    return this.#active().sizeBytes;
  }

  get lostRecords(): number {
    return this.#lostRecords;
  }

  /** The oldest segment that is not written to any more. */
  get oldestClosed(): Segment | undefined {
    return this.#segments.length > 1 ? this.#segments[0] : undefined;
  }

  isActive(segment: Segment): boolean {
    return segment === this.#active();
  }

  enqueue(pending: PendingAppend): void {
    this.#commits.add(pending);
  }

  /** The segment that holds `offset`, or would; undefined before the first. */
  segmentFor(offset: number): Segment | undefined {
    return this.#segments.findLast((segment) => segment.baseOffset <= offset);
  }

  /** Where the segment behind `segment` starts; the log's end when there is none. */
  nextBaseOffset(segment: Segment): number {
    return this.#segments[this.#segments.indexOf(segment) + 1]?.baseOffset ?? this.endOffset;
  }

  /** Looks whether the file that is written to is still there, and puts it back when it is not. */
  async checkFile(): Promise<void> {
    if (await isAt(this.#active().path, this.#identity)) return;
    // In its turn among the appends: one of nothing, which looks again.
    await new Promise<number>((resolve, reject) => {
      this.enqueue({ records: [], frameBytes: [], bytes: 0, resolve, reject });
    });
  }

  noteLost(segment: Segment, from: number, to: number): void {
    if (segment.lost.has(from)) return;
    segment.lost.set(from, to);
    this.#lostRecords += to - from;
    const { topic, partition } = this.place;
    this.#settings.onEvent({ type: 'records_lost', topic, partition, from, to });
  }

  /** Starts a new segment so that retention can take the last one. Only from within `Room.take`. */
  closeActive(): Promise<void> {
    return this.#roll();
  }

  /** Removes the oldest closed segment; returns its bytes. A reader that is in it finishes there. */
  async dropOldest(unread: boolean): Promise<number> {
    const segment = this.oldestClosed;
    if (segment === undefined) return 0;
    // Out of the list first: nobody else may pick it while it is being removed.
    this.#segments.shift();
    try {
      await rm(segment.path, { force: true });
    } catch (error) {
      this.#segments.unshift(segment);
      throw ioError(error, `removing ${segment.path}`);
    }
    this.#sizeBytes -= segment.sizeBytes;
    const { topic, partition } = this.place;
    const { baseOffset: from, endOffset: to, sizeBytes: bytes } = segment;
    this.#settings.onEvent({ type: 'segment_dropped', topic, partition, from, to, bytes, unread });
    return bytes;
  }

  async close(): Promise<void> {
    await this.#commits.idle();
    this.appended.wakeAll();
    await this.#handle.close();
  }

  #active(): Segment {
    const last = this.#segments.at(-1);
    if (last === undefined) throw new Error('a partition has at least one segment');
    return last;
  }

  /** Cuts the torn tail, makes durable what a killed process left, skips offsets that were given out. */
  async #recover(last: Segment): Promise<void> {
    this.#identity = await identityOf(this.#handle);
    const { topic, partition } = this.place;
    const intactEnd = await last.recover(this.#handle, (from, to) => this.noteLost(last, from, to));
    const { size } = await this.#handle.stat();
    if (size > intactEnd) {
      await this.#handle.truncate(intactEnd);
      const [offset, bytes] = [last.endOffset, size - intactEnd];
      this.#settings.onEvent({ type: 'tail_cut', topic, partition, offset, bytes });
    }
    await this.#handle.datasync();
    await syncDirectory(this.place.directory);
    this.#sizeBytes = this.#segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
    const { offsetMin } = this.#settings;
    if (last.endOffset >= offsetMin) return;
    // A group committed records that are gone. Their offsets, and so the store's tokens, are used.
    this.noteLost(last, last.endOffset, offsetMin);
    last.endOffset = offsetMin;
    await this.#roll();
  }

  async #flush(batch: readonly PendingAppend[]): Promise<void> {
    let start = 0;
    while (start < batch.length) {
      const end = this.#endOfPart(batch, start);
      const part = batch.slice(start, end);
      start = end;
      try {
        let offset = await this.#write(part);
        for (const pending of part) {
          pending.resolve(offset);
          offset += pending.records.length;
        }
      } catch (error) {
        const failure = ioError(error, `writing to ${this.place.topic}/${this.place.partition}`);
        for (const pending of part) pending.reject(failure);
      }
    }
  }

  /** As many appends as fit into the segment and one write, at least one. */
  #endOfPart(batch: readonly PendingAppend[], start: number): number {
    const used = this.#active().sizeBytes;
    const segmentBytes = this.#settings.room.segmentBytes();
    let room = Math.min(used >= segmentBytes ? segmentBytes : segmentBytes - used, GROUP_BYTES_MAX);
    let end = start;
    for (; end < batch.length; end += 1) {
      room -= batch[end]?.bytes ?? 0;
      if (room < 0 && end > start) break;
    }
    return end;
  }

  async #write(part: readonly PendingAppend[]): Promise<number> {
    const { room } = this.#settings;
    const bytes = part.reduce((sum, pending) => sum + pending.bytes, 0);
    await room.take(bytes, this);
    try {
      if (this.#broken || this.#active().sizeBytes >= room.segmentBytes()) await this.#roll();
      if (!(await this.#writeInPlace(part))) {
        await this.#replaceGone();
        if (!(await this.#writeInPlace(part))) throw goneAgain(this.#active().path);
      }
      const segment = this.#active();
      const first = segment.endOffset;
      this.#publish(segment, part);
      return first;
    } catch (error) {
      room.give(bytes);
      throw error;
    }
  }

  /** False when the file was removed meanwhile: what was synced is in no folder then. */
  async #writeInPlace(part: readonly PendingAppend[]): Promise<boolean> {
    const segment = this.#active();
    await this.#writeDurably(segment, encode(part, segment));
    return await isAt(segment.path, this.#identity);
  }

  /** Writes what was acknowledged in the removed file to its place again, and starts a new one. */
  async #replaceGone(): Promise<void> {
    const { path, sizeBytes, baseOffset: from, endOffset: to } = this.#active();
    const { topic, partition } = this.place;
    let message = '';
    try {
      await restoreSegment(this.#handle, { path, sizeBytes });
      if (this.id !== undefined) await writePartitionId(this.place.directory, this.id);
    } catch (error) {
      ({ message } = ioError(error, `restoring ${path}`));
    }
    this.#settings.onEvent({ type: 'segment_gone', topic, partition, path, from, to, message });
    this.#broken = true;
    await this.#roll();
  }

  async #writeDurably(segment: Segment, chunks: readonly Uint8Array[]): Promise<void> {
    let written = false;
    try {
      await writeAll(this.#handle, chunks, segment.sizeBytes);
      written = true;
      await this.#handle.datasync();
      MOMENTS.synced.publish(segment.path);
    } catch (error) {
      this.#broken = written;
      const failure = ioError(error, `writing ${segment.path}`);
      this.#reportFailure(failure);
      await this.#cutUnacknowledged(segment);
      throw failure;
    }
  }

  /** Gives the disk its room back; what stays is beyond the segment's end and nobody's record. */
  async #cutUnacknowledged(segment: Segment): Promise<void> {
    try {
      await this.#handle.truncate(segment.sizeBytes);
    } catch (error) {
      this.#broken = true;
      this.#reportFailure(ioError(error, `cutting ${segment.path}`));
    }
  }

  #reportFailure({ message }: BufferError): void {
    const { topic, partition } = this.place;
    this.#settings.onEvent({ type: 'write_failed', topic, partition, message });
  }

  #publish(segment: Segment, part: readonly PendingAppend[]): void {
    const before = { size: segment.sizeBytes, offset: segment.endOffset };
    for (const pending of part) {
      segment.index.add(segment.endOffset, segment.sizeBytes);
      segment.sizeBytes += pending.bytes;
      segment.endOffset += pending.records.length;
    }
    segment.writtenUnixMs = Date.now();
    this.#sizeBytes += segment.sizeBytes - before.size;
    this.#settings.onSync(segment.endOffset - before.offset, segment.sizeBytes - before.size);
    this.appended.wakeAll();
  }

  /** Opens the next segment; its name is durable before anything is written to it. */
  async #roll(): Promise<void> {
    const old = this.#active();
    if (old.sizeBytes === 0 && old.endOffset === old.baseOffset) {
      if (this.#broken) await this.#reopenEmpty(old);
      return;
    }
    const next = new Segment(this.place, old.endOffset);
    // 'w+' empties a file of this name that an earlier attempt left.
    const handle = await open(next.path, 'w+');
    MOMENTS.segmentMade.publish(next.path);
    try {
      await syncDirectory(this.place.directory);
      MOMENTS.segmentNamed.publish(next.path);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await this.#handle.close();
    this.#handle = handle;
    this.#identity = await identityOf(handle);
    this.#segments.push(next);
    this.#broken = false;
  }

  async #reopenEmpty(segment: Segment): Promise<void> {
    await rm(segment.path, { force: true });
    const handle = await open(segment.path, 'w+');
    await syncDirectory(this.place.directory);
    await this.#handle.close();
    this.#handle = handle;
    this.#identity = await identityOf(handle);
    this.#broken = false;
  }
}

function goneAgain(path: string): BufferError {
  return new BufferError('BUFFER_IO', `${path} is removed again and again by somebody else`);
}

/** The frames of `part`, as they follow the segment's last record. */
function encode(part: readonly PendingAppend[], segment: Segment): readonly Uint8Array[] {
  let scratchBytes = 0;
  for (const { records, frameBytes } of part) {
    for (const [index, record] of records.entries()) {
      scratchBytes += FrameWriter.scratchBytesOf(record, frameBytes[index] ?? 0);
    }
  }
  const writer = new FrameWriter(scratchBytes, segment.seed);
  let offset = segment.endOffset;
  for (const { records, frameBytes } of part) {
    for (const [index, record] of records.entries()) {
      writer.add(record, offset, frameBytes[index] ?? 0);
      offset += 1;
    }
  }
  writer.finish();
  return writer.chunks;
}
