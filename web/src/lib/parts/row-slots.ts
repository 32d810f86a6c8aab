/** A row at its place in the list, and the element that shows it. */
export interface SlotRow<Row> {
  readonly slot: number;
  readonly index: number;
  readonly row: Row;
}

/**
 * Which element of a scrolled list shows which row. Elements of rows that leave are taken for rows
 * that come: to make elements anew costs more than to fill them. There are as many as rows are shown.
 */
export class RowSlots<Row> {
  #shown: readonly SlotRow<Row>[] = [];
  #made = 0;

  /**
   * Rows `first` to before `end`, in order. A row that stays keeps its element, and its object while
   * it is the same; when none stays, the elements keep their order.
   */
  show(rows: readonly Row[], first: number, end: number): readonly SlotRow<Row>[] {
    const was = this.#shown;
    const wasFirst = was[0]?.index ?? 0;
    const isIn = (index: number): boolean => index >= first && index < end;
    const free = was.filter(({ index }) => !isIn(index)).map(({ slot }) => slot);
    let taken = 0;
    this.#shown = rows.slice(first, end).map((row, offset) => {
      const index = first + offset;
      const kept = was[index - wasFirst];
      if (kept !== undefined && kept.row === row) return kept;
      const slot = kept?.slot ?? free[taken++] ?? this.#made++;
      return { slot, index, row };
    });
    return this.#shown;
  }
}
