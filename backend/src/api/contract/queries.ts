import type { MetricAggregation } from './metrics.ts';

/**
 * Query parameters by path, as the page sends them: the names in the URL are the names here. Times are
 * milliseconds since the epoch, `from` inclusive, `to` exclusive; booleans are `true`. An absent
 * parameter does not filter.
 */
export interface RangeQuery {
  readonly from: number;
  readonly to: number;
}

/** `GET /services`, `GET /services/{service}`. */
export type ServicesQuery = RangeQuery;

/** `GET /traces`: newest first. */
export interface TracesQuery extends RangeQuery {
  /** Traces in which this service took part. */
  readonly service?: string;
  /** Name of a span of that service. */
  readonly operation?: string;
  readonly minDurationNs?: number;
  readonly maxDurationNs?: number;
  readonly errorsOnly?: boolean;
  readonly limit?: number;
  readonly cursor?: string;
}

/** `GET /logs`: newest first. The histogram is of all that match, not of the page. */
export interface LogsQuery extends RangeQuery {
  readonly service?: string;
  /** Least severity number, 1 to 24. */
  readonly minSeverity?: number;
  /** Part of the body. */
  readonly text?: string;
  readonly traceId?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** `GET /metrics`. */
export interface MetricsQuery extends RangeQuery {
  /** Part of the name or the description. */
  readonly search?: string;
}

/** `GET /metrics/query`. */
export interface MetricSeriesQuery extends RangeQuery {
  readonly name: string;
  readonly aggregation?: MetricAggregation;
  /** A label key of `labelKeys`. */
  readonly groupBy?: string;
  readonly service?: string;
}
