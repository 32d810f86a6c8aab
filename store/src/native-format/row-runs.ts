/**
 * Which rows of a batch go into a block: half-open runs of row indexes, ascending. A whole batch is
 * one run, so that columns are copied whole; a part of one (a day, the first 200,000 rows) costs
 * no more than its runs.
 */
export class RowRuns {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** Rows of all runs. */
  rows = 0;

  static range(start: number, end: number): RowRuns {
    const runs = new RowRuns();
    runs.add(start, end);
    return runs;
  }

  /** `start` must not lie before the end of the last run. */
  add(start: number, end: number): void {
    if (end <= start) return;
    this.rows += end - start;
    const last = this.ends.length - 1;
    if (last >= 0 && this.ends[last] === start) this.ends[last] = end;
    else {
      this.starts.push(start);
      this.ends.push(end);
    }
  }

  /** The entries that hang on these rows: row i owns `[end(i - 1), end(i))` of a flat list. */
  children(ends: Uint32Array): RowRuns {
    const children = new RowRuns();
    for (let i = 0; i < this.starts.length; i++) {
      children.add(endBefore(ends, this.starts[i]), endBefore(ends, this.ends[i]));
    }
    return children;
  }

  /** The first `rows` rows and the rest. */
  split(rows: number): readonly [RowRuns, RowRuns] {
    const head = new RowRuns();
    const tail = new RowRuns();
    for (let i = 0; i < this.starts.length; i++) {
      const cut = Math.min(this.ends[i], this.starts[i] + Math.max(0, rows - head.rows));
      head.add(this.starts[i], cut);
      tail.add(cut, this.ends[i]);
    }
    return [head, tail];
  }
}

/** Where the entries of row `row` start: the end of the row before, in a two-word offset column. */
export function endBefore(ends: Uint32Array, row: number): number {
  return row === 0 ? 0 : ends[row * 2 - 2];
}
