import { BufferError } from '../contract.ts';
import type { DiskSpace } from './disk-space.ts';
import type { GroupLog } from './group-log.ts';
import { DEFAULT_TOPIC_LIMITS, SEGMENT_BYTES_MIN, type TopicLimits } from './limits.ts';
import type { PartitionLog, Room } from './partition-log.ts';

/** Segments of a topic that fit under its size limit at least, so that retention has something to take. */
const SEGMENTS_MIN = 4;

export interface TopicLogSettings {
  readonly name: string;
  readonly groups: GroupLog;
  readonly disk: DiskSpace;
  /** Drops one committed segment of any topic; false when there is none. */
  readonly reclaim: () => Promise<boolean>;
}

/** The partitions of a topic, the room they share and what goes when it is used up. */
export class TopicLog implements Room {
  readonly name: string;
  readonly partitions: PartitionLog[] = [];
  readonly #settings: TopicLogSettings;
  #limits: TopicLimits = DEFAULT_TOPIC_LIMITS;
  /** What the partitions have, and what appends under way will add. */
  #takenBytes = 0;

  constructor(settings: TopicLogSettings) {
    this.name = settings.name;
    this.#settings = settings;
  }

  setLimits(limits: Partial<TopicLimits>): void {
    this.#limits = { ...this.#limits, ...limits };
  }

  add(partition: PartitionLog): void {
    this.partitions.push(partition);
    this.#takenBytes += partition.sizeBytes;
  }

  segmentBytes(): number {
    const { segmentBytes, sizeBytesMax } = this.#limits;
    const share = Math.floor(sizeBytesMax / SEGMENTS_MIN);
    return Math.max(SEGMENT_BYTES_MIN, Math.min(segmentBytes, share));
  }

  async take(bytes: number, partition: PartitionLog): Promise<void> {
    const { sizeBytesMax } = this.#limits;
    while (this.#takenBytes + bytes > sizeBytesMax) {
      if (await this.#dropForSize(partition)) continue;
      throw new BufferError('BUFFER_FULL', this.#describeFull());
    }
    this.#takenBytes += bytes;
    try {
      await this.#takeFromDisk(bytes, partition);
    } catch (error) {
      this.#takenBytes -= bytes;
      throw error;
    }
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
  }

  /** Drops the oldest closed segment that every group has committed; false when there is none. */
  dropCommitted(): Promise<boolean> {
    return this.#dropOldestOf(this.partitions.filter((partition) => this.#isCommitted(partition)));
  }

  /** The age limit, at `nowMs`. Returns how many segments went. */
  async dropAged(nowMs: number): Promise<number> {
    const { ageMsMax, whenFull } = this.#limits;
    let dropped = 0;
    for (const partition of this.partitions) {
      while ((partition.oldestClosed?.writtenUnixMs ?? nowMs) < nowMs - ageMsMax) {
        const isCommitted = this.#isCommitted(partition);
        if (!isCommitted && whenFull === 'refuse') break;
        this.#takenBytes -= await partition.dropOldest(!isCommitted);
        dropped += 1;
      }
    }
    return dropped;
  }

  async #takeFromDisk(bytes: number, partition: PartitionLog): Promise<void> {
    const { disk, reclaim } = this.#settings;
    while (!(await disk.take(bytes))) {
      if ((await reclaim()) || (await this.#closeCommitted(partition))) continue;
      throw new BufferError('BUFFER_FULL', disk.describe());
    }
  }

  /** Makes some room, or closes `partition`'s last segment so that the next call can. */
  async #dropForSize(partition: PartitionLog): Promise<boolean> {
    if (await this.dropCommitted()) return true;
    const mayDropUnread = this.#limits.whenFull === 'drop_oldest';
    if (await this.#closeCommitted(partition)) return true;
    if (!mayDropUnread) return false;
    if (await this.#dropOldestOf(this.partitions)) return true;
    if (partition.activeBytes === 0) return false;
    await partition.closeActive();
    return true;
  }

  /** Closes the last segment when every group has all of it, so that it can go; false otherwise. */
  async #closeCommitted(partition: PartitionLog): Promise<boolean> {
    const isAllCommitted = this.#committedBefore(partition) >= partition.endOffset;
    if (!isAllCommitted || partition.activeBytes === 0) return false;
    await partition.closeActive();
    return true;
  }

  async #dropOldestOf(partitions: readonly PartitionLog[]): Promise<boolean> {
    let oldest: PartitionLog | undefined;
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const partition of partitions) {
      const writtenMs = partition.oldestClosed?.writtenUnixMs ?? Number.POSITIVE_INFINITY;
      if (writtenMs < oldestMs) {
        oldest = partition;
        oldestMs = writtenMs;
      }
    }
    if (oldest === undefined) return false;
    this.#takenBytes -= await oldest.dropOldest(!this.#isCommitted(oldest));
    return true;
  }

  #isCommitted(partition: PartitionLog): boolean {
    const oldest = partition.oldestClosed;
    return oldest !== undefined && this.#committedBefore(partition) >= oldest.endOffset;
  }

  /** What no group has committed is not committed: 0 when there is no group. */
  #committedBefore(partition: PartitionLog): number {
    return this.#settings.groups.committedBefore(this.name, partition.place.partition) ?? 0;
  }

  #describeFull(): string {
    const { sizeBytesMax } = this.#limits;
    const behind: string[] = [];
    for (const { place, endOffset } of this.partitions) {
      for (const { group, position } of this.#settings.groups.of(this.name, place.partition)) {
        if (position < endOffset) {
          behind.push(`group ${group} is ${endOffset - position} records behind`);
        }
      }
    }
    const why = behind[0] ?? 'no group reads it';
    return `${this.name} is at its limit of ${sizeBytesMax} bytes, all of it unread: ${why}`;
  }
}
