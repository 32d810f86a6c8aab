import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Buffer as BufferContract,
  NewRecord,
  PartitionReader,
  PartitionState,
  TopicOptions,
} from '../contract.ts';
import { BufferError } from '../contract.ts';
import { ByteGate } from './byte-gate.ts';
import { DiskSpace } from './disk-space.ts';
import { ioError, syncDirectory } from './file-io.ts';
import { FolderLock } from './folder-lock.ts';
import { GroupLog } from './group-log.ts';
import { DEFAULT_LOG_LIMITS, type LogLimits, type TopicLimits } from './limits.ts';
import type { LogEvent, OnLogEvent } from './log-event.ts';
import { PartitionLog } from './partition-log.ts';
import { EmbeddedReader } from './partition-reader.ts';
import { frameBytesOf } from './record-codec.ts';
import { TopicLog } from './topic-log.ts';

export const TOPICS_MAX = 1000;
export const PARTITIONS_MAX = 1024;
/** Kafka's rule, without a leading dot: `.lock` and `.groups` lie beside the topics. */
const TOPIC_PATTERN: RegExp = /^(?!\.)[a-zA-Z0-9._-]{1,249}$/;
const PARTITION_PATTERN: RegExp = /^(0|[1-9]\d{0,3})$/;

export interface EmbeddedLogOptions extends Partial<LogLimits> {
  /** Called for what people should know of: losses, dropped segments, failed writes. */
  readonly onEvent?: OnLogEvent;
}

/** What a log did since it was opened. */
export interface LogCounters {
  appendedRecords: number;
  /** As they lie in the files. */
  appendedBytes: number;
  /** Syncs of data files: far fewer than appends when many come at once. */
  syncs: number;
  /** Unread records that a topic with `whenFull: 'drop_oldest'` dropped. */
  droppedUnreadRecords: number;
  /** Files of positions that were damaged or gone, at opening. */
  groupsDamaged: number;
  /** Of those, how many were beyond their copy's help: positions went back. */
  groupsLost: number;
  /** Segments that somebody removed while they were written to. */
  segmentsGone: number;
}

/**
 * The buffer for one machine: segment files in a folder that one process holds. What `append`
 * acknowledged survives SIGKILL and power loss. The format is described in `buffer/README.md`.
 */
export class EmbeddedLog implements BufferContract {
  readonly directory: string;
  readonly counters: LogCounters = {
    appendedRecords: 0,
    appendedBytes: 0,
    syncs: 0,
    droppedUnreadRecords: 0,
    groupsDamaged: 0,
    groupsLost: 0,
    segmentsGone: 0,
  };
  readonly #lock: FolderLock;
  readonly #groups: GroupLog;
  readonly #topics: Map<string, TopicLog> = new Map();
  readonly #readers: Map<string, EmbeddedReader | 'opening'> = new Map();
  readonly #gate: ByteGate;
  readonly #disk: DiskSpace;
  readonly #onEvent: OnLogEvent;
  readonly #retentionTimer: NodeJS.Timeout;
  readonly #fileCheckTimer: NodeJS.Timeout;
  #checkingFiles: Promise<void> | undefined;
  #creating: Promise<void> = Promise.resolve();
  #retaining: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /**
   * Takes the folder (created when missing) and reads the last segment of every partition, nothing
   * else. Rejects with `BUFFER_LOCKED` when another process has it, `BUFFER_IO` when it cannot be
   * read or was written by a later release.
   */
  static async open(directory: string, options: EmbeddedLogOptions = {}): Promise<EmbeddedLog> {
    const onEvent = options.onEvent ?? ignore;
    try {
      await mkdir(directory, { recursive: true });
      const lock = await FolderLock.acquire(directory, onEvent);
      const damage: LogEvent[] = [];
      const groups = await openGroups(directory, lock, (event) => damage.push(event));
      const log = new EmbeddedLog(directory, { lock, groups, options });
      for (const event of damage) log.#onEvent(event);
      await log.#loadOrClose();
      return log;
    } catch (error) {
      throw ioError(error, `opening the buffer in ${directory}`);
    }
  }

  private constructor(
    directory: string,
    parts: { lock: FolderLock; groups: GroupLog; options: EmbeddedLogOptions },
  ) {
    const limits = { ...DEFAULT_LOG_LIMITS, ...parts.options };
    this.directory = directory;
    this.#lock = parts.lock;
    this.#groups = parts.groups;
    this.#gate = new ByteGate(limits.inFlightBytesMax);
    this.#disk = new DiskSpace(directory, limits.reserveBytes);
    this.#onEvent = (event) => {
      this.#count(event);
      parts.options.onEvent?.(event);
    };
    this.#retentionTimer = setInterval(
      () => void this.#retainOnTime(),
      limits.retentionIntervalMs,
    ).unref();
    this.#fileCheckTimer = setInterval(() => {
      this.#checkingFiles ??= this.checkFiles().finally(() => {
        this.#checkingFiles = undefined;
      });
    }, limits.fileCheckIntervalMs).unref();
  }

  createTopic(topic: string, options: TopicOptions): Promise<void> {
    // One after the other: two callers may ask for the same topic.
    const created = this.#creating.then(() => this.#create(topic, options.partitions));
    this.#creating = created.catch(() => undefined);
    return created;
  }

  /** What `topic` may keep from now on; fields that are absent stay as they are. */
  setLimits(topic: string, limits: Partial<TopicLimits>): void {
    this.#topic(topic).setLimits(limits);
  }

  partitionCount(topic: string): number {
    return this.#topic(topic).partitions.length;
  }

  /** The bytes of values must not change until the promise settles. */
  append(topic: string, partition: number, records: readonly NewRecord[]): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#refuseWhenClosed();
      const log = this.#partition(topic, partition);
      const frameBytes = records.map(frameBytesOf);
      const bytes = frameBytes.reduce((sum, length) => sum + length, 0);
      if (records.length === 0) throw new BufferError('BUFFER_MISUSE', 'no records to append');
      const pending = {
        records,
        frameBytes,
        bytes,
        resolve: (offset: number): void => {
          resolve(offset);
          this.#gate.leave(bytes);
        },
        reject: (error: BufferError): void => {
          reject(error);
          this.#gate.leave(bytes);
        },
      };
      this.#gate.pass(bytes, () => log.enqueue(pending));
    });
  }

  async openReader(group: string, topic: string, partition: number): Promise<PartitionReader> {
    this.#refuseWhenClosed();
    const log = this.#partition(topic, partition);
    const key = `${topic}/${partition}/${group}`;
    if (this.#readers.has(key)) {
      throw new BufferError('BUFFER_MISUSE', `group ${group} reads ${topic}/${partition} already`);
    }
    this.#readers.set(key, 'opening');
    const onClose = (): boolean => this.#readers.delete(key);
    try {
      const reader = await EmbeddedReader.open({ group, log, groups: this.#groups, onClose });
      this.#readers.set(key, reader);
      return reader;
    } catch (error) {
      this.#readers.delete(key);
      throw error;
    }
  }

  /**
   * Forgets where `group` is, so that retention waits for it no longer: it starts at the oldest record
   * when it comes again. Resolves with how many partitions it had. Rejects with `BUFFER_MISUSE`
   * while it reads, or when an intent of it is open: rows of that range may be in the store already.
   */
  async forgetGroup(group: string): Promise<number> {
    this.#refuseWhenClosed();
    const reading = [...this.#readers.keys()].some((key) => key.endsWith(`/${group}`));
    if (reading) throw new BufferError('BUFFER_MISUSE', `group ${group} is reading`);
    const entries = this.#groups.entriesOf(group);
    const open = entries.find(({ intent }) => intent !== null);
    if (open !== undefined) {
      const place = `${open.topic}/${open.partition}`;
      throw new BufferError('BUFFER_MISUSE', `group ${group} has an open range of ${place}`);
    }
    if (entries.length > 0) await this.#groups.forget(group);
    return entries.length;
  }

  state(): readonly PartitionState[] {
    const states: PartitionState[] = [];
    for (const { name: topic, partitions } of this.#topics.values()) {
      for (const log of partitions) {
        const { partition } = log.place;
        const groups: Record<string, number> = {};
        for (const entry of this.#groups.of(topic, partition)) groups[entry.group] = entry.position;
        const { startOffset, endOffset, sizeBytes, lostRecords } = log;
        states.push({ topic, partition, startOffset, endOffset, sizeBytes, lostRecords, groups });
      }
    }
    return states;
  }

  /** Applies the age limits as of `nowMs`; otherwise a timer does. */
  async applyRetention(nowMs: number = Date.now()): Promise<void> {
    for (const topic of this.#topics.values()) await topic.dropAged(nowMs);
  }

  /** Puts back files that are written to and were removed; otherwise a timer does. */
  async checkFiles(): Promise<void> {
    for (const { name: topic, partitions } of this.#topics.values()) {
      for (const log of partitions) {
        try {
          await log.checkFile();
        } catch (error) {
          const { partition } = log.place;
          const { message } = ioError(error, 'looking for the file');
          this.#onEvent({ type: 'write_failed', topic, partition, message });
        }
      }
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#retentionTimer);
    clearInterval(this.#fileCheckTimer);
    await this.#checkingFiles;
    await this.#creating;
    await this.#gate.empty();
    await this.#retaining;
    for (const reader of this.#readers.values()) {
      if (reader !== 'opening') await reader.close();
    }
    for (const { partitions } of this.#topics.values()) {
      for (const partition of partitions) await partition.close();
    }
    await this.#groups.close();
    await this.#lock.release();
  }

  /** A log that cannot be opened whole leaves nothing open, and the folder free. */
  async #loadOrClose(): Promise<void> {
    try {
      await this.#load();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #load(): Promise<void> {
    for (const topic of await namesIn(this.directory, TOPIC_PATTERN)) {
      const partitions = await namesIn(join(this.directory, topic), PARTITION_PATTERN);
      if (partitions.length > 0) await this.#create(topic, partitions.length);
    }
  }

  async #create(name: string, partitions: number): Promise<void> {
    if (!TOPIC_PATTERN.test(name)) {
      throw new BufferError('BUFFER_MISUSE', `${JSON.stringify(name)} is no name of a topic`);
    }
    if (!Number.isInteger(partitions) || partitions < 1 || partitions > PARTITIONS_MAX) {
      throw new BufferError('BUFFER_MISUSE', `a topic has 1 to ${PARTITIONS_MAX} partitions`);
    }
    const topic = this.#topics.get(name) ?? this.#newTopic(name);
    for (let index = topic.partitions.length; index < partitions; index += 1) {
      topic.add(await this.#openPartition(topic, index));
    }
    this.#topics.set(name, topic);
  }

  #newTopic(name: string): TopicLog {
    if (this.#topics.size >= TOPICS_MAX) {
      throw new BufferError('BUFFER_MISUSE', `more than ${TOPICS_MAX} topics`);
    }
    const reclaim = (): Promise<boolean> => this.#reclaim();
    return new TopicLog({ name, groups: this.#groups, disk: this.#disk, reclaim });
  }

  async #openPartition(topic: TopicLog, partition: number): Promise<PartitionLog> {
    const parent = join(this.directory, topic.name);
    const directory = join(parent, String(partition));
    const log = await PartitionLog.open({
      place: { topic: topic.name, partition, directory },
      room: topic,
      onEvent: this.#onEvent,
      onSync: (records, bytes) => {
        this.counters.appendedRecords += records;
        this.counters.appendedBytes += bytes;
        this.counters.syncs += 1;
      },
      offsetMin: this.#groups.highestOffset(topic.name, partition),
    });
    await syncDirectory(parent);
    await syncDirectory(this.directory);
    return log;
  }

  /** For a full disk: the first committed segment of any topic. */
  async #reclaim(): Promise<boolean> {
    for (const topic of this.#topics.values()) {
      if (await topic.dropCommitted()) return true;
    }
    return false;
  }

  async #retainOnTime(): Promise<void> {
    this.#retaining = this.#retaining
      .then(() => this.applyRetention())
      .catch((error: unknown) => {
        const { message } = ioError(error, 'applying retention');
        this.#onEvent({ type: 'retention_failed', message });
      });
    await this.#retaining;
  }

  #count(event: LogEvent): void {
    if (event.type === 'segment_gone') this.counters.segmentsGone += 1;
    if (event.type === 'groups_damaged') {
      this.counters.groupsDamaged += 1;
      if (event.lost) this.counters.groupsLost += 1;
    }
    if (event.type !== 'segment_dropped' || !event.unread) return;
    this.counters.droppedUnreadRecords += event.to - event.from;
  }

  #topic(name: string): TopicLog {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new BufferError('UNKNOWN_TOPIC', `there is no topic ${name}`);
    return topic;
  }

  #partition(topic: string, partition: number): PartitionLog {
    const log = this.#topic(topic).partitions[partition];
    if (log !== undefined) return log;
    throw new BufferError('UNKNOWN_TOPIC', `${topic} has no partition ${partition}`);
  }

  #refuseWhenClosed(): void {
    if (this.#closing !== undefined) {
      throw new BufferError('BUFFER_CLOSED', 'the buffer is closed');
    }
  }
}

function ignore(): void {}

async function openGroups(
  directory: string,
  lock: FolderLock,
  onEvent: OnLogEvent,
): Promise<GroupLog> {
  try {
    const isUsed = (await namesIn(directory, TOPIC_PATTERN)).length > 0;
    return await GroupLog.open({ path: join(directory, '.groups'), isUsed, onEvent });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Names of folders in `directory` that match. */
async function namesIn(directory: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && pattern.test(entry.name)).map(nameOf);
}

function nameOf(entry: { readonly name: string }): string {
  return entry.name;
}
