import { ColumnClass, type HeaderColumns } from './header-columns.ts';

interface ByteRange {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

const WORDLIKE: ReadonlySet<number> = new Set([
  ColumnClass.mixed,
  ColumnClass.dotted,
  ColumnClass.word,
]);
const SHAPE_STEP = 40;

/**
 * Of a stream of many sources: the classes of a line's first two columns, by which lines of one
 * source are told from others; -1 when no time stands there.
 */
export function lineShape(columns: HeaderColumns, { bytes, from, to }: ByteRange): number {
  columns.split(bytes, from, to, 2);
  let shape = 0;
  let hasTime = false;
  for (let column = 0; column < 2; column++) {
    const isThere = column < columns.count;
    const kind = isThere ? columns.kind[column] : ColumnClass.none;
    const isTime = isThere && columns.isTime[column] === 1;
    if (isTime || (column === 0 && kind === ColumnClass.name)) hasTime = true;
    const folded = WORDLIKE.has(kind) ? ColumnClass.word : kind;
    shape = shape * SHAPE_STEP + folded * 2 + (isTime ? 1 : 0);
  }
  return hasTime ? shape : -1;
}
