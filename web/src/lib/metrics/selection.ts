import type { MetricAggregation, MetricInfo } from '@sonde/backend/api-contract';
import { readText } from '../location/parameters.ts';

const AGGREGATIONS: readonly MetricAggregation[] = ['avg', 'sum', 'min', 'max', 'rate'];

export interface MetricSelection {
  readonly name: string;
  /** Undefined: what suits the metric's type. */
  readonly aggregation: MetricAggregation | undefined;
  readonly groupBy: string;
  readonly service: string;
}

export function readSelection(parameters: URLSearchParams): MetricSelection {
  const aggregation = readText(parameters, 'aggregation');
  return {
    name: readText(parameters, 'metric'),
    aggregation: AGGREGATIONS.find((choice) => choice === aggregation),
    groupBy: readText(parameters, 'group'),
    service: readText(parameters, 'service'),
  };
}

/** Aggregations that mean something for a metric, the usual one first. */
export function aggregationsFor(metric: MetricInfo): readonly MetricAggregation[] {
  if (metric.type === 'sum' && metric.isMonotonic) return ['rate', 'sum', 'avg', 'max', 'min'];
  if (metric.type === 'sum') return ['sum', 'avg', 'max', 'min'];
  if (metric.type === 'gauge') return ['avg', 'max', 'min', 'sum'];
  return ['avg', 'rate', 'sum', 'max', 'min'];
}

/** Every word occurs in name or description; case does not count. */
export function matchesMetric(metric: MetricInfo, text: string): boolean {
  const haystack = `${metric.name} ${metric.description}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

/** Labels as one line: `method=GET, status=200`; `all series` without labels. */
export function sayLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value || '(empty)'}`);
  return pairs.length === 0 ? 'all series' : pairs.join(', ');
}
