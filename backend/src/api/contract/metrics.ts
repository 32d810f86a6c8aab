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
  /** Instrumentation scopes that send it. */
  readonly scopes: readonly string[];
  /** When a point of it last came: to the second of the last ten minutes, before by the hour. */
  readonly lastSeenMs: number;
}

export interface MetricsResponse {
  readonly metrics: readonly MetricInfo[];
  readonly cost: QueryCost;
}

/** `increase`: what was counted in a step; `count`: how many series there are. */
export type MetricAggregation =
  | 'avg'
  | 'sum'
  | 'min'
  | 'max'
  | 'rate'
  | 'increase'
  | 'count'
  | 'p50'
  | 'p75'
  | 'p90'
  | 'p95'
  | 'p99';

export interface MetricSeries {
  /** The labels the series were grouped by. */
  readonly labels: Readonly<Record<string, string>>;
  /** A value a step, null where there is none. */
  readonly values: readonly (number | null)[];
}

/** What answered: every point, or roll-ups of five minutes up to the newest minutes. */
export type MetricPath = 'points' | 'roll-ups';

export interface MetricQueryResponse {
  readonly metric: MetricInfo;
  readonly aggregation: MetricAggregation;
  readonly path: MetricPath;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  /** At most `seriesMax`, the largest first; `seriesTotal` says how many there are. */
  readonly series: readonly MetricSeries[];
  readonly seriesTotal: number;
  /** Label keys one can group and filter by. */
  readonly labelKeys: readonly string[];
  readonly cost: QueryCost;
}

/** `GET /metrics/heatmap`: observations of a histogram by value and time. */
export interface MetricHeatmapResponse {
  readonly metric: MetricInfo;
  readonly path: MetricPath;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  /** Upper bounds of buckets, ascending, in the metric's unit. */
  readonly bounds: readonly number[];
  /** A row a step: observations of each bucket, the last one those above the last bound. */
  readonly counts: readonly (readonly number[])[];
  readonly cost: QueryCost;
}

export interface Exemplar {
  readonly timeMs: number;
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly service: string;
  /** Labels of the series it is of. */
  readonly labels: Readonly<Record<string, string>>;
}

/** `GET /metrics/exemplars`: the highest ones of each part of the range. */
export interface ExemplarsResponse {
  readonly exemplars: readonly Exemplar[];
  readonly cost: QueryCost;
}

/** `GET /metrics/values`: of one label, by number of series. */
export interface LabelValuesResponse {
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly cost: QueryCost;
}

/** `GET /metrics/cardinality`: where series come from. */
export interface CardinalityResponse {
  /** Series that had points in the range. */
  readonly seriesTotal: number;
  /** Those first seen in its last hour. */
  readonly seriesNew: number;
  /** Most series first. */
  readonly metrics: readonly {
    readonly name: string;
    readonly service: string;
    readonly seriesCount: number;
    /** The labels with most values, most first. */
    readonly labels: readonly { readonly key: string; readonly valueCount: number }[];
  }[];
  readonly cost: QueryCost;
}
