/** Which rows of a table go on, as runs of neighbours in ascending order. */
export class RowSelection {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  rowCount = 0;

  /** The rows below `count` whose byte in `keep` is not 0. */
  static ofMask(keep: Uint8Array, count: number): RowSelection {
    const selection = new RowSelection();
    for (let row = 0; row < count; row++) {
      if (keep[row] === 0) continue;
      const start = row;
      while (row < count && keep[row] !== 0) row++;
      selection.add(start, row);
    }
    return selection;
  }

  /** Adds the rows `[start, end)`, which lie behind all others. */
  add(start: number, end: number): void {
    if (start === end) return;
    this.rowCount += end - start;
    const last = this.ends.length - 1;
    if (last >= 0 && this.ends[last] === start) {
      this.ends[last] = end;
      return;
    }
    this.starts.push(start);
    this.ends.push(end);
  }

  /** The rows that the selected ones own in a flat table, by its `...End` column. */
  children(end: Uint32Array): RowSelection {
    const children = new RowSelection();
    for (let i = 0; i < this.starts.length; i++) {
      const start = this.starts[i];
      children.add(start === 0 ? 0 : end[start * 2 - 2], end[this.ends[i] * 2 - 2]);
    }
    return children;
  }
}
