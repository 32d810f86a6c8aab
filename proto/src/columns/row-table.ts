import { growUint32, NO_UINT32 } from './grow.ts';

/** A table of a batch that grows row by row; subclasses add columns and call these methods first. */
export class RowTable {
  count = 0;
  capacity = 0;
  #marked = 0;

  growTo(rows: number): void {
    this.capacity = rows;
  }

  mark(): void {
    this.#marked = this.count;
  }

  rollback(): void {
    this.count = this.#marked;
  }

  /** Empty again; the memory is kept. */
  reset(): void {
    this.count = 0;
  }
}

/**
 * A table of a profile dictionary: indexes in the rows of request i are offsets from
 * `segmentStart(i)`, as they were sent.
 */
export class DictionaryTable extends RowTable {
  /** Where the rows of request i end. */
  segmentEnd: Uint32Array = NO_UINT32;

  endSegment(segment: number): void {
    if (segment >= this.segmentEnd.length) {
      this.segmentEnd = growUint32(this.segmentEnd, Math.max(8, segment * 2));
    }
    this.segmentEnd[segment] = this.count;
  }

  segmentStart(segment: number): number {
    return segment === 0 ? 0 : this.segmentEnd[segment - 1];
  }

  /**
   * The row that `index` of request `segment` means, or -1 when the request's table has no such
   * row: senders may write any number.
   */
  rowOf(segment: number, index: number): number {
    const row = this.segmentStart(segment) + index;
    return index >= 0 && row < this.segmentEnd[segment] ? row : -1;
  }
}
