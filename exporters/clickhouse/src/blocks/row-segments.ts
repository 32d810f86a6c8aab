import type { Segments } from '@sonde/proto';

/** Ids in `segments.tenants` a row. */
export function tenantOfRows(segments: Segments, rowEnd: Uint32Array, count: number): Uint32Array {
  const tenants = new Uint32Array(count);
  let start = 0;
  for (let i = 0; i < segments.count; i++) {
    tenants.fill(segments.tenant[i], start, rowEnd[i]);
    start = rowEnd[i];
  }
  return tenants;
}

/**
 * Ends of the segments' rows in a table whose rows hang on rows of the segments' own table:
 * `parent[i]` (ascending) is the row that row i hangs on.
 */
export function childRowEnds(segments: Segments, parent: Uint32Array, count: number): Uint32Array {
  const ends = new Uint32Array(segments.count);
  let row = 0;
  for (let i = 0; i < segments.count; i++) {
    while (row < count && parent[row] < segments.rowEnd[i]) row++;
    ends[i] = row;
  }
  return ends;
}
