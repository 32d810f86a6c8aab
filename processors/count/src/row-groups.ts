import type { Columns } from '@sonde/proto';

/** Rows of one request that stand beside each other and have one resource: one of its entries. */
export interface RowGroup {
  readonly segment: number;
  readonly firstRow: number;
  /** Behind the last one. */
  readonly endRow: number;
}

/** The groups of a batch, in order. */
export function rowGroups({ count, segments, resource }: Columns): readonly RowGroup[] {
  const groups: RowGroup[] = [];
  let segment = 0;
  for (let row = 0; row < count; ) {
    while ((segments.rowEnd[segment] ?? count) <= row) segment++;
    const end = Math.min(count, segments.rowEnd[segment] ?? count);
    const firstRow = row;
    while (row < end && resource[row] === resource[firstRow]) row++;
    groups.push({ segment, firstRow, endRow: row });
  }
  return groups;
}
