import type { SendingBatchConfig } from '../config/fields/sending-queue.ts';
import { type Entries, type Entry, Lane } from './lane.ts';

/** The lanes of a queue, one a partition; those that have a batch to send take turns. */
export class Lanes {
  readonly #batch: SendingBatchConfig | undefined;
  /** Told when a lane has become due without anything being pushed. */
  readonly #wake: () => void;
  /** Those in which something waits. */
  readonly #lanes = new Map<string, Lane>();
  /** Those of them that are due, in the order of their turns. */
  readonly #due = new Set<string>();
  #length = 0;
  #isClosed = false;

  constructor(batch: SendingBatchConfig | undefined, wake: () => void) {
    this.#batch = batch;
    this.#wake = wake;
  }

  get length(): number {
    return this.#length;
  }

  push(partition: string, entry: Entry): void {
    const lane = this.#lanes.get(partition) ?? new Lane(this.#batch);
    this.#lanes.set(partition, lane);
    lane.push(entry);
    this.#length += 1;
    this.#look(partition, lane);
  }

  /** The next batch to send now. */
  take(): Entries | undefined {
    const [partition] = this.#due;
    const lane = partition === undefined ? undefined : this.#lanes.get(partition);
    if (partition === undefined || lane === undefined) return undefined;
    this.#due.delete(partition);
    const entries = lane.take();
    this.#length -= entries?.length ?? 0;
    if (lane.length === 0) this.#lanes.delete(partition);
    else this.#look(partition, lane);
    return entries;
  }

  /** From now on everything is due. */
  close(): void {
    this.#isClosed = true;
    for (const [partition, lane] of this.#lanes) this.#look(partition, lane);
  }

  takeAll(): readonly Entry[] {
    const entries = [...this.#lanes.values()].flatMap((lane) => lane.takeAll());
    this.#lanes.clear();
    this.#due.clear();
    this.#length = 0;
    return entries;
  }

  #look(partition: string, lane: Lane): void {
    if (lane.isDue(this.#isClosed)) {
      this.#due.add(partition);
      return;
    }
    lane.wakeWhenDue(() => {
      this.#look(partition, lane);
      this.#wake();
    });
  }
}
