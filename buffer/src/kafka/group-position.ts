import { BufferError, type Intent } from '../contract.ts';
import { type CommitMark, readMark, writeMark } from './intent-metadata.ts';
import type { KafkaClient, OffsetBounds, Ownership } from './kafka-client.ts';
import { KafkaFailure, toBufferError } from './kafka-failure.ts';
import type { PartitionView } from './partition-view.ts';

/** A partition where nothing comes is asked that often whether it is still the same. */
const IDLE_CHECK_MS = 10_000;
const MADE_ANEW = 'the topic was deleted and made anew';

/** A group's position that began anew. */
export interface PositionReset {
  /** Where the group was, and where it goes on. */
  readonly from: number;
  readonly to: number;
  /** Of what it had not read, as far as that was known, what is gone with the topic. */
  readonly lostRecords: number;
  readonly reason: string;
}

export interface GroupPositionSettings {
  readonly group: string;
  readonly client: KafkaClient;
  readonly view: PartitionView;
  /** How many the topic has. */
  readonly partitions: number;
  readonly initialOffset: 'earliest' | 'latest';
  readonly ownership: Ownership | undefined;
  readonly cutAfterMs: number;
  readonly onReset: (reset: PositionReset) => void;
}

interface Start extends CommitMark {
  readonly offset: number;
}

interface Anew {
  readonly topicId: string | undefined;
  readonly to: number;
  readonly reason: string;
  readonly lostRecords: number;
}

/**
 * Where a group is in one partition, committed with Kafka beside the id of the topic that it is of:
 *
 *     ours ── no such topic ──> gone ── another id ────> anew: from its start
 *      │                          └──── the same id ───> ours
 *      └──── ends before it ──> gone ── for a minute ──> anew: the log was cut
 *
 * The first `begin` or `commit` after that is refused with `POSITION_RESET`: it is of before.
 */
export class GroupPosition {
  readonly pending: Intent | undefined;
  /** Called when offsets begin anew, before anybody is told. */
  onStartAnew: () => void = () => {};
  readonly #settings: GroupPositionSettings;
  #topicId: string | undefined;
  /** How many the topic had when the group began with it: what is added later is read from its start. */
  #partitions: number;
  #position: number;
  #intent: Intent | undefined;
  #isWriting = false;
  /** The topic was not there, or ended before what was read of it: it is looked at first. */
  #isGone = false;
  /** A broker said that there is no such topic; not yet known whether it is the same one again. */
  #wasMissing = false;
  /** Nobody who begins or commits has been told yet. */
  #isReset = false;
  /** Since when the log ends before what the group has read, or begun. */
  #behindSinceMs: number | undefined;
  #checkedMs: number = performance.now();
  #looking: Promise<void> | undefined;

  /**
   * A group that has committed nothing starts where its options say, in a partition that was added
   * since it began with the topic at the start, and so one whose position is of another topic of that
   * name: either is committed at once.
   */
  static async open(settings: GroupPositionSettings): Promise<GroupPosition> {
    const { client, group, view, initialOffset } = settings;
    const topicId = await client.topicId(view.place);
    const { start, end } = await client.bounds(view.place);
    view.note({ start, end });
    const known = await client.committed(group, view.place);
    if (known === undefined) {
      const isFromStart = initialOffset === 'earliest' || (await wasAdded(settings, topicId));
      const offset = isFromStart ? start : end;
      const { partitions } = settings;
      const opened = new GroupPosition(settings, {
        offset,
        topicId,
        partitions,
        intent: undefined,
      });
      await opened.#put(offset, undefined);
      return opened;
    }
    const { offset } = known;
    const mark = readMark(offset, known.metadata);
    const opened = new GroupPosition(settings, { ...mark, offset, topicId });
    view.groups.set(group, offset);
    if (isAnother(mark.topicId, topicId)) {
      await opened.#startAnew({ topicId, to: start, reason: MADE_ANEW, lostRecords: 0 });
      // Nobody has read or begun anything yet.
      opened.#isReset = false;
    }
    return opened;
  }

  private constructor(settings: GroupPositionSettings, start: Start) {
    const { offset, topicId, partitions, intent } = start;
    this.#settings = settings;
    this.#position = offset;
    this.#topicId = topicId;
    this.#partitions = partitions ?? settings.partitions;
    this.#intent = intent;
    this.pending = intent;
  }

  get topicId(): string | undefined {
    return this.#topicId;
  }

  get intent(): Intent | undefined {
    return this.#intent;
  }

  get offset(): number {
    // Kafka's retention takes what nobody has read, too; an intent's range stays what it was.
    if (this.#intent !== undefined) return this.#position;
    return Math.max(this.#position, this.#settings.view.start);
  }

  /** Whether an offset belongs to the range of the open intent. */
  isBegun(at: number): boolean {
    return this.#intent !== undefined && at >= this.#intent.from && at < this.#intent.to;
  }

  async begin(intent: Intent): Promise<void> {
    this.#refuseReset('beginning');
    if (this.#intent !== undefined) {
      throw misuse(`the intent [${this.#intent.from}, ${this.#intent.to}) is open`);
    }
    refuseMisplaced(intent, this.offset);
    await this.#commit(intent.from, intent);
  }

  async commit(to: number, next: Intent | undefined): Promise<void> {
    this.#refuseReset('committing');
    if (this.#intent === undefined) throw misuse('no intent is open');
    const { from, to: end } = this.#intent;
    if (!isOffset(to) || to < from || to > end) {
      throw misuse(`${to} is outside of the intent [${from}, ${end})`);
    }
    if (next !== undefined) refuseMisplaced(next, to);
    await this.#commit(to, next);
  }

  /** What failed as the buffer's error. A topic that is gone may come back: it is waited for. */
  failed(error: unknown, doing: string): BufferError {
    const { topic, partition } = this.#settings.view.place;
    const failed = toBufferError(error, `${doing} ${topic}/${partition}`);
    if (failed.code !== 'UNKNOWN_TOPIC') return failed;
    this.#isGone = true;
    this.#wasMissing = true;
    return new BufferError('BUFFER_IO', `${failed.message}; was the topic deleted?`, failed);
  }

  /** The log ends before what was read or begun of it: the next call looks why. */
  noteBehind(): void {
    this.#isGone = true;
  }

  /** Where something was odd, looks whether it is the same topic. Rejects when it began anew. */
  async settle(): Promise<void> {
    if (this.#isGone) await this.#lookOnce();
  }

  /**
   * Records of a topic that was made anew have offsets that were read before: what came counts only
   * where the topic, asked afterwards, is the one that it was when reading began.
   */
  async refuseAnother(topicId: string | undefined, hasCome: boolean): Promise<void> {
    if (topicId === undefined) return;
    if (!hasCome && performance.now() - this.#checkedMs < IDLE_CHECK_MS) return;
    const now = await this.#settings.client.topicId(this.#settings.view.place);
    this.#checkedMs = performance.now();
    if (now === topicId && this.#topicId === topicId) return;
    await this.#lookOnce();
    throw startedAnew(this.#position);
  }

  #refuseReset(doing: string): void {
    if (!this.#isReset) return;
    this.#isReset = false;
    throw this.failed(startedAnew(this.#position), doing);
  }

  async #commit(offset: number, intent: Intent | undefined): Promise<void> {
    if (this.#isWriting) throw misuse('one begin or commit at a time');
    this.#isWriting = true;
    try {
      await this.settle();
      await this.#put(offset, intent);
    } catch (error) {
      const failed = this.failed(error, 'committing');
      if (failed.code === 'POSITION_RESET') this.#isReset = false;
      throw failed;
    } finally {
      this.#isWriting = false;
    }
  }

  /** A position that a broker puts into a topic made anew meanwhile is known by the id beside it. */
  async #put(offset: number, intent: Intent | undefined): Promise<void> {
    const { client, group, view, ownership } = this.#settings;
    const topicId = this.#topicId;
    const metadata = writeMark({ topicId, partitions: this.#partitions, intent });
    await client.commit({ ...view.place, group, offset, metadata, ownership });
    // Who read on meanwhile may have found another topic.
    if (this.#isReset) throw startedAnew(this.#position);
    this.#position = offset;
    this.#intent = intent;
    view.groups.set(group, offset);
  }

  /** A read and a commit may both want to know: they look once. */
  #lookOnce(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { client, group, view } = this.#settings;
    const topicId = await client.topicId(view.place);
    const bounds = await client.bounds(view.place);
    this.#checkedMs = performance.now();
    const unread = Math.max(0, view.end - (this.#intent?.to ?? this.#position));
    const anew = { topicId, to: bounds.start, reason: MADE_ANEW, lostRecords: unread };
    let isNew = isAnother(this.#topicId, topicId);
    if (topicId === undefined) {
      // Kafka forgets positions with their topic, but not a commit that was under way.
      const known = await client.committed(group, view.place);
      isNew = known === undefined || (this.#wasMissing && known.offset > bounds.end);
    }
    if (isNew) await this.#restart(anew, bounds);
    await this.#lookBehind(bounds, topicId);
    this.#isGone = false;
    this.#wasMissing = false;
  }

  /** A log that ends before what was read or begun, and goes on ending there, was cut. */
  async #lookBehind(bounds: OffsetBounds, topicId: string | undefined): Promise<void> {
    if ((this.#intent?.to ?? this.#position) <= bounds.end) {
      this.#behindSinceMs = undefined;
      return;
    }
    this.#behindSinceMs ??= performance.now();
    if (performance.now() - this.#behindSinceMs < this.#settings.cutAfterMs) return;
    // Nobody knows how much of what lies there was read: rather twice than never.
    const to = this.#position <= bounds.end ? this.#position : bounds.start;
    const reason = `the log was cut to ${bounds.end}: what lies before may be read twice`;
    await this.#restart({ topicId, to, reason, lostRecords: 0 }, bounds);
  }

  /** Always rejects. */
  async #restart(anew: Anew, bounds: OffsetBounds): Promise<void> {
    await this.#startAnew(anew);
    this.#settings.view.madeAnew(bounds);
    throw startedAnew(anew.to);
  }

  async #startAnew({ topicId, to, reason, lostRecords }: Anew): Promise<void> {
    const { client, group, view, ownership, onReset } = this.#settings;
    // Whatever partitions another topic has, all of it is read from its start.
    this.#partitions = 1;
    const metadata = writeMark({ topicId, partitions: this.#partitions, intent: undefined });
    await client.commit({ ...view.place, group, offset: to, metadata, ownership });
    const from = this.#position;
    view.lostRecords += lostRecords;
    view.groups.set(group, to);
    this.#topicId = topicId;
    this.#position = to;
    this.#intent = undefined;
    this.#isGone = false;
    this.#wasMissing = false;
    this.#isReset = true;
    this.#behindSinceMs = undefined;
    this.onStartAnew();
    onReset({ from, to, lostRecords, reason });
  }
}

/** Every topic has this one, and a group reads all of a topic's. */
const FIRST_PARTITION = 0;

/**
 * Whether a partition without a position is younger than the group: there were fewer when it began. A
 * group's first start opens all of them at once, so that a position in another one says nothing.
 */
async function wasAdded(
  { client, group, view }: GroupPositionSettings,
  topicId: string | undefined,
): Promise<boolean> {
  const { topic, partition } = view.place;
  if (partition === FIRST_PARTITION) return false;
  const first = await client.committed(group, { topic, partition: FIRST_PARTITION });
  if (first === undefined) return false;
  const mark = readMark(first.offset, first.metadata);
  if (isAnother(mark.topicId, topicId)) return true;
  return mark.partitions !== undefined && partition >= mark.partitions;
}

function isAnother(before: string | undefined, now: string | undefined): boolean {
  return before !== undefined && now !== undefined && before !== now;
}

/** What a call gets that is of before. */
export function startedAnew(at: number): KafkaFailure {
  return new KafkaFailure('POSITION_RESET', `offsets began anew, reading goes on at ${at}`);
}

/** A call out of order. */
export function misuse(message: string): BufferError {
  return new BufferError('BUFFER_MISUSE', message);
}

function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function refuseMisplaced({ from, to }: Intent, position: number): void {
  if (from !== position) {
    throw misuse(`the intent starts at ${from}, the position is ${position}`);
  }
  if (!isOffset(to) || to <= from) throw misuse(`[${from}, ${to}) is no range`);
}
