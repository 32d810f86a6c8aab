import type { RowTable } from '../columns/row-table.ts';
import { takeRow } from '../protobuf/row-budget.ts';

const ROWS_MIN = 16;

/** Makes room for one more row of a table and returns it; `p` is where its message starts. */
export function startRow(table: RowTable, p: number): number {
  takeRow(p);
  const row = table.count;
  if (row === table.capacity) table.growTo(Math.max(ROWS_MIN, row * 2));
  return row;
}

export function clearInt64(column: Int32Array, row: number): void {
  column[row * 2] = 0;
  column[row * 2 + 1] = 0;
}
