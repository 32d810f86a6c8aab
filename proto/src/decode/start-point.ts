import type { PointColumns } from '../columns/point-columns.ts';
import { takeRow } from '../protobuf/row-budget.ts';

const POINTS_MIN = 16;

/** Makes room for one more point and clears what every kind of point has; returns its row. */
export function startPoint(columns: PointColumns, metric: number, p: number): number {
  takeRow(p);
  const row = columns.count;
  if (row === columns.capacity) columns.growTo(Math.max(POINTS_MIN, row * 2));
  columns.metric[row] = metric;
  columns.startTimeUnixNano[row * 2] = 0;
  columns.startTimeUnixNano[row * 2 + 1] = 0;
  columns.timeUnixNano[row * 2] = 0;
  columns.timeUnixNano[row * 2 + 1] = 0;
  columns.flags[row] = 0;
  return row;
}
