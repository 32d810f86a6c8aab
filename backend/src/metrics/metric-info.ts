import type { MetricInfo, MetricType } from '../api/contract/index.ts';
import type { MetricRow } from './catalogue-queries.ts';

/** By the field numbers of OTLP's `Metric.data`. */
const TYPES: ReadonlyMap<number, MetricType> = new Map<number, MetricType>([
  [5, 'gauge'],
  [7, 'sum'],
  [9, 'histogram'],
  [10, 'exponential_histogram'],
  [11, 'summary'],
]);

const TEMPORALITIES: readonly MetricInfo['temporality'][] = ['unspecified', 'delta', 'cumulative'];

/** A kind that OTLP does not have yet counts as a gauge: its points are shown as they are. */
export function metricInfo(row: MetricRow, lastMs?: number): MetricInfo {
  return {
    name: row.metric,
    type: TYPES.get(row.kind) ?? 'gauge',
    unit: row.unit,
    description: row.description_text,
    temporality: TEMPORALITIES[row.temporality] ?? 'unspecified',
    isMonotonic: row.is_monotonic !== 0,
    services: row.services,
    own: row.own_only === 1,
    seriesCount: row.series_count,
    scopes: row.scopes.filter((scope) => scope !== ''),
    lastSeenMs: lastMs ?? row.last_hour * 1000,
  };
}
