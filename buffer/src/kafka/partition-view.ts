import type { PartitionState } from '../contract.ts';
import type { OffsetBounds, Place } from './kafka-client.ts';

/** What this process has seen of one partition: the broker is not asked for `state`. */
export class PartitionView {
  readonly place: Place;
  /** Positions of the groups that this process reads for. */
  readonly groups: Map<string, number> = new Map();
  start = 0;
  end = 0;
  lostRecords = 0;

  constructor(place: Place) {
    this.place = place;
  }

  note({ start, end }: OffsetBounds): void {
    this.start = Math.max(this.start, start);
    this.end = Math.max(this.end, end);
  }

  /** The topic was deleted and made again: its offsets begin anew. */
  madeAnew({ start, end }: OffsetBounds): void {
    this.start = start;
    this.end = end;
  }

  state(): PartitionState {
    const { topic, partition } = this.place;
    const { start: startOffset, end: endOffset, lostRecords } = this;
    const groups = Object.fromEntries(this.groups);
    // How much of its disk a broker spends on a partition it does not tell in this protocol.
    return { topic, partition, startOffset, endOffset, sizeBytes: 0, lostRecords, groups };
  }
}
