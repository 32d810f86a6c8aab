import type { QueryCost } from './error.ts';

export type MetricType = 'gauge' | 'sum' | 'histogram' | 'exponential_histogram' | 'summary';

export interface MetricInfo {
  readonly name: string;
  readonly type: MetricType;
  readonly unit: string;
  readonly description: string;
  readonly temporality: 'unspecified' | 'delta' | 'cumulative';
  readonly isMonotonic: boolean;
  readonly services: readonly string[];
  /** True when nobody but Sonde itself (its namespace) sends it. */
  readonly own: boolean;
  readonly seriesCount: number;
}

export interface MetricsResponse {
  readonly metrics: readonly MetricInfo[];
  readonly cost: QueryCost;
}

export type MetricAggregation = 'avg' | 'sum' | 'min' | 'max' | 'rate';

export interface MetricSeries {
  /** The labels the series were grouped by. */
  readonly labels: Readonly<Record<string, string>>;
  /** A value a step, null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface MetricQueryResponse {
  readonly metric: MetricInfo;
  readonly aggregation: MetricAggregation;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  /** At most `seriesMax`, the largest first; `seriesTotal` says how many there are. */
  readonly series: readonly MetricSeries[];
  readonly seriesTotal: number;
  /** Label keys one can group by. */
  readonly labelKeys: readonly string[];
  readonly cost: QueryCost;
}
