import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BufferError } from '../contract.ts';
import { ioError, readAt, syncDirectory, writeAll } from './file-io.ts';
import {
  FRAME_HEADER_BYTES,
  PAYLOAD_BYTES_MAX,
  refuseLaterFormat,
  sealFrame,
  seedOf,
  startFrame,
} from './frame.ts';
import { GroupCommit } from './group-commit.ts';
import { type GroupEntry, parseGroupEntry } from './group-entry.ts';
import type { OnLogEvent } from './log-event.ts';
import { scanFrames } from './scan-frames.ts';

/** The file is rewritten with the newest entries alone once it has this many bytes. */
export const COMPACT_AT_BYTES: number = 1024 * 1024;
/** Pairs of group and partition. */
export const GROUP_ENTRIES_MAX = 10_000;

const SEED: number = seedOf('.groups');

interface PendingEntry {
  readonly entry: GroupEntry;
  readonly resolve: () => void;
  readonly reject: (error: BufferError) => void;
}

/**
 * Positions and intents of all groups: an append-only file of frames, each a `GroupEntry` as JSON;
 * the newest entry of a group and partition holds. Rewritten by rename when it grows.
 */
export class GroupLog {
  readonly #path: string;
  readonly #entries: Map<string, GroupEntry> = new Map();
  readonly #commits: GroupCommit<PendingEntry>;
  #handle: FileHandle;
  #sizeBytes = 0;
  /** A write failed: the file's end is unknown, the next write replaces the file. */
  #broken = false;

  static async open(path: string, onEvent: OnLogEvent): Promise<GroupLog> {
    try {
      const log = new GroupLog(path, await open(path, 'a+'));
      await log.#load(onEvent);
      // Also makes durable what a killed process wrote, and cuts what it did not finish.
      await log.#rewrite(log.#entries);
      return log;
    } catch (error) {
      throw ioError(error, `opening ${path}`);
    }
  }

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
    this.#commits = new GroupCommit((pending) => this.#flush(pending));
  }

  get(group: string, topic: string, partition: number): GroupEntry | undefined {
    return this.#entries.get(keyOf({ group, topic, partition }));
  }

  /** Durable when it resolves. */
  put(entry: GroupEntry): Promise<void> {
    const isNew = !this.#entries.has(keyOf(entry));
    if (isNew && this.#entries.size >= GROUP_ENTRIES_MAX) {
      const message = `more than ${GROUP_ENTRIES_MAX} pairs of group and partition`;
      return Promise.reject(new BufferError('BUFFER_MISUSE', message));
    }
    return new Promise((resolve, reject) => this.#commits.add({ entry, resolve, reject }));
  }

  of(topic: string, partition: number): GroupEntry[] {
    const found: GroupEntry[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.topic === topic && entry.partition === partition) found.push(entry);
    }
    return found;
  }

  /** Everything before it is committed by every group; undefined when there is no group. */
  committedBefore(topic: string, partition: number): number | undefined {
    let lowest: number | undefined;
    for (const { position } of this.of(topic, partition)) {
      if (lowest === undefined || position < lowest) lowest = position;
    }
    return lowest;
  }

  /** No offset below it may be given out again. */
  highestOffset(topic: string, partition: number): number {
    let highest = 0;
    for (const { position, intent } of this.of(topic, partition)) {
      highest = Math.max(highest, position, intent?.to ?? 0);
    }
    return highest;
  }

  async close(): Promise<void> {
    await this.#commits.idle();
    await this.#handle.close();
  }

  async #load(onEvent: OnLogEvent): Promise<void> {
    const { size } = await this.#handle.stat();
    refuseLaterFormat(await readAt(this.#handle, 0, FRAME_HEADER_BYTES), this.#path);
    let unreadable = 0;
    const range = { seed: SEED, at: 0, endAt: size, accepts: () => true };
    const { skippedBytes } = await scanFrames(this.#handle, range, (frame) => {
      const end = frame.at + frame.length;
      const text = frame.bytes.toString('utf8', frame.at + FRAME_HEADER_BYTES, end);
      const entry = parseGroupEntry(text);
      if (entry === undefined) unreadable += frame.length;
      else this.#entries.set(keyOf(entry), entry);
      return true;
    });
    const bytes = skippedBytes + unreadable;
    if (bytes > 0) onEvent({ type: 'groups_damaged', path: this.#path, bytes });
  }

  async #flush(pending: readonly PendingEntry[]): Promise<void> {
    try {
      const frames = Buffer.concat(pending.map(({ entry }) => encode(entry)));
      if (this.#broken || this.#sizeBytes + frames.length > COMPACT_AT_BYTES) {
        const next = new Map(this.#entries);
        for (const { entry } of pending) next.set(keyOf(entry), entry);
        await this.#rewrite(next);
      } else {
        this.#broken = true;
        await writeAll(this.#handle, [frames], this.#sizeBytes);
        await this.#handle.datasync();
        this.#broken = false;
        this.#sizeBytes += frames.length;
      }
    } catch (error) {
      const failure = ioError(error, `writing ${this.#path}`);
      for (const { reject } of pending) reject(failure);
      return;
    }
    for (const { entry, resolve } of pending) {
      this.#entries.set(keyOf(entry), entry);
      resolve();
    }
  }

  async #rewrite(entries: ReadonlyMap<string, GroupEntry>): Promise<void> {
    const bytes = Buffer.concat([...entries.values()].map(encode));
    const draft = `${this.#path}.new`;
    const handle = await open(draft, 'w+');
    try {
      await writeAll(handle, [bytes], 0);
      await handle.sync();
      await rename(draft, this.#path);
      await syncDirectory(dirname(this.#path));
    } catch (error) {
      this.#broken = true;
      await handle.close();
      throw error;
    }
    await this.#handle.close();
    this.#handle = handle;
    this.#sizeBytes = bytes.length;
    this.#broken = false;
  }
}

function keyOf(at: Pick<GroupEntry, 'group' | 'topic' | 'partition'>): string {
  return `${at.topic}/${at.partition}/${at.group}`;
}

function encode(entry: GroupEntry): Buffer {
  const text = JSON.stringify(entry);
  const length = Buffer.byteLength(text);
  if (length > PAYLOAD_BYTES_MAX) throw new BufferError('BUFFER_MISUSE', 'an intent this long');
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES + length);
  startFrame(bytes, 0, length);
  bytes.write(text, FRAME_HEADER_BYTES);
  sealFrame(bytes, 0, { end: bytes.length, seed: SEED });
  return bytes;
}
