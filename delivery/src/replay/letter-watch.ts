import { type Buffer, BufferError, REPLAY_HEADERS, TOPICS } from '@sonde/buffer';
import type { Logger } from '@sonde/pipeline';
import { readLetter } from './letter.ts';
import { type LetterGroup, LetterGroups } from './letter-groups.ts';
import { type ReadPlace, readPartition } from './topic-reading.ts';

const LOOK_INTERVAL_MS = 10_000;
/** Letters that are kept in mind, the newest: some 100 bytes each. */
const LETTERS_MAX = 50_000;
/** Read in one look; the next one goes on behind it. */
const LOOK_BYTES_MAX: number = 64 * 1024 * 1024;

/** The buffer whose letters are watched. */
export interface WatchedBuffer {
  readonly buffer: Pick<Buffer, 'openReader' | 'state'>;
  /** Under which it is read; nothing is committed. */
  readonly group: string;
  /** `[start, end)` of a topic's only partition as it is now; undefined while there is no topic. */
  readonly bounds: (topic: string) => Promise<TopicBounds | undefined>;
  /** Called after topics were read. */
  readonly done: () => Promise<unknown>;
}

export interface TopicBounds {
  readonly start: number;
  readonly end: number;
}

interface Known {
  readonly offset: number;
  readonly group: string;
  readonly bytes: number;
}

/**
 * Which dead letters lie in a buffer and are not put back, by reason: what the status page shows. It
 * reads what came since it looked last, every ten seconds, and holds no value of a letter.
 */
export class LetterWatch {
  readonly #source: WatchedBuffer;
  readonly #logger: Logger;
  readonly #letters: Map<string, Known> = new Map();
  #groups: LetterGroups = new LetterGroups();
  /** Where the next look reads on. */
  #lettersAt = 0;
  #marksAt = 0;
  #failure = '';
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(source: WatchedBuffer, logger: Logger) {
    this.#source = source;
    this.#logger = logger;
  }

  start(): void {
    this.#looking = this.#lookAndPlan();
  }

  /** Resolves when the look under way has ended: the buffer may be closed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  groups(): readonly LetterGroup[] {
    return this.#groups.list();
  }

  async #lookAndPlan(): Promise<void> {
    try {
      await this.look();
      this.#failure = '';
    } catch (error) {
      this.#say(error);
    }
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#lookAndPlan();
    }, LOOK_INTERVAL_MS).unref();
  }

  /** Reads what is new. Rejects with `BufferError`. */
  async look(): Promise<void> {
    const letters = await this.#source.bounds(TOPICS.deadLetters);
    // One that was deleted, or made anew, has none of the letters before.
    if ((letters?.end ?? 0) < this.#lettersAt) this.#forgetAll();
    if (letters === undefined) return;
    this.#forgetBefore(letters.start);
    const marks = await this.#source.bounds(TOPICS.replays);
    const hasMarks = marks !== undefined && marks.end > this.#marksAt;
    if (letters.end <= this.#lettersAt && !hasMarks) return;
    try {
      await this.#readLetters(letters);
      // A mark is of a letter before it: of one that was not read yet it would be forgotten.
      if (this.#lettersAt >= letters.end && marks !== undefined) await this.#readMarks(marks);
    } catch (error) {
      if (!(error instanceof BufferError) || error.code !== 'POSITION_RESET') throw error;
      this.#forgetAll();
    } finally {
      await this.#source.done();
    }
  }

  async #readLetters({ start, end }: TopicBounds): Promise<void> {
    let bytes = 0;
    const from = Math.max(start, this.#lettersAt);
    if (from >= end) return;
    for await (const records of readPartition(
      this.#source.buffer,
      this.#place('deadLetters'),
      from,
    )) {
      for (const record of records) {
        this.#lettersAt = record.offset + 1;
        bytes += record.value.length;
        const letter = readLetter(record);
        if (letter === undefined || this.#letters.has(letter.id)) continue;
        const group = this.#groups.add(letter);
        this.#letters.set(letter.id, {
          ...{ offset: record.offset, group, bytes: record.value.length },
        });
      }
      this.#forgetOldest();
      if (this.#isStopped || bytes > LOOK_BYTES_MAX) return;
    }
    this.#lettersAt = Math.max(this.#lettersAt, end);
  }

  async #readMarks({ start, end }: TopicBounds): Promise<void> {
    const from = Math.max(start, this.#marksAt);
    if (from >= end) return;
    for await (const records of readPartition(this.#source.buffer, this.#place('replays'), from)) {
      for (const { headers, offset } of records) {
        this.#marksAt = offset + 1;
        const isDone = headers[REPLAY_HEADERS.state] === 'done';
        if (isDone) this.#forget(headers[REPLAY_HEADERS.letter] ?? '');
      }
      if (this.#isStopped) return;
    }
    this.#marksAt = Math.max(this.#marksAt, end);
  }

  #place(topic: 'deadLetters' | 'replays'): ReadPlace {
    return { topic: TOPICS[topic], partition: 0, group: this.#source.group };
  }

  #forget(id: string): void {
    const known = this.#letters.get(id);
    if (known === undefined) return;
    this.#letters.delete(id);
    this.#groups.remove(known.group, known.bytes);
  }

  /** Letters come in the order of their offsets. */
  #forgetBefore(start: number): void {
    for (const [id, { offset }] of this.#letters) {
      if (offset >= start) return;
      this.#forget(id);
    }
  }

  #forgetOldest(): void {
    for (const id of this.#letters.keys()) {
      if (this.#letters.size <= LETTERS_MAX) return;
      this.#forget(id);
    }
  }

  #forgetAll(): void {
    this.#letters.clear();
    this.#groups = new LetterGroups();
    this.#lettersAt = 0;
    this.#marksAt = 0;
  }

  #say(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (this.#isStopped || text === this.#failure) return;
    this.#failure = text;
    this.#logger.warn('Dead letters cannot be counted for now.', { error: text });
  }
}
