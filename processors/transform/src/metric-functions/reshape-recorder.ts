import type { MetricCursor } from '@sonde/ottl';
import type { Reshape } from './metric-json.ts';

/** What statements of one batch want done to its metrics, by row. */
const recorded = new WeakMap<MetricCursor, Map<number, Reshape[]>>();

/** Notes a change of the open metric, to be made when the pass is over. */
export function record(cursor: MetricCursor, reshape: Reshape): void {
  const changes = recorded.get(cursor) ?? new Map<number, Reshape[]>();
  recorded.set(cursor, changes);
  const { row } = cursor.metric;
  const list = changes.get(row) ?? [];
  changes.set(row, list);
  list.push(reshape);
}

export function recordedBy(cursor: MetricCursor): ReadonlyMap<number, readonly Reshape[]> {
  return recorded.get(cursor) ?? new Map();
}
