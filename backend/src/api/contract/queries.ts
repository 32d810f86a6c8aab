import type { MetricAggregation } from './metrics.ts';
import type { SpanKindName } from './services.ts';

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

/** `GET /map`. */
export interface MapQuery extends RangeQuery {
  /** How long before the range the one begins that it is compared with; absent: just before. */
  readonly beforeMs?: number;
}

/** `GET /map/calls`: nodes as `kind~cluster~namespace~name`. */
export interface MapCallsQuery extends RangeQuery {
  readonly client?: string;
  readonly server?: string;
}

/** `GET /traces`: newest first. */
export interface TracesQuery extends RangeQuery {
  /** Traces in which this service took part. */
  readonly service?: string;
  /** Name of a span of that service. */
  readonly operation?: string;
  readonly minDurationNs?: number;
  readonly maxDurationNs?: number;
  readonly errorsOnly?: boolean;
  /** Traces with a span of the set that meets these conditions: `key=value key2>5`. */
  readonly where?: string;
  readonly set?: SpanSet;
  /** `false`: traces with a span of the set that is not Sonde's own. */
  readonly own?: 'true' | 'false';
  readonly limit?: number;
  readonly cursor?: string;
}

/** What services are asked for (the default), the first span of each trace, or all spans. */
export type SpanSet = 'requests' | 'roots' | 'all';

/** `GET /spans/heatmap`; the other span queries extend it. */
export interface SpansScopeQuery extends RangeQuery {
  /** Conditions that all hold, parted by spaces. */
  readonly where?: string;
  readonly set?: SpanSet;
  /** `false`: spans of Sonde itself are left out. */
  readonly own?: 'true' | 'false';
}

/** `GET /spans`: newest first. */
export interface SpansQuery extends SpansScopeQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

/** `GET /spans/groups`. */
export interface SpanGroupsQuery extends SpansScopeQuery {
  /** A field or attribute; absent: one group of all. */
  readonly by?: string;
  readonly sort?: 'rate' | 'errors' | 'errorRatio' | 'p50' | 'p95' | 'p99';
  readonly limit?: number;
  readonly countTraces?: boolean;
}

/** `GET /spans/keys`. */
export interface AttributeKeysQuery extends RangeQuery {
  readonly search?: string;
}

/** `GET /spans/values`. */
export interface AttributeValuesQuery extends AttributeKeysQuery {
  readonly key: string;
}

/** `GET /spans/peers`. */
export interface SpanPeersQuery {
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKindName;
  readonly durationNs: number;
  /** When the span began. */
  readonly at: number;
}

/** `GET /traces/{traceId}/back-links`: spans of the range that link to the trace. */
export type BackLinksQuery = RangeQuery;

/** What records a query of logs is about. */
export interface LogsScopeQuery extends RangeQuery {
  /** In the search language: `timeout -service:cart status>=500`. */
  readonly q?: string;
  readonly service?: string;
  /** Least severity number, 1 to 24. */
  readonly minSeverity?: number;
  /** Part of the body. */
  readonly text?: string;
  readonly traceId?: string;
  /** Any id of a pattern's lines. */
  readonly pattern?: string;
}

/** `GET /patterns`. */
export interface PatternsQuery extends RangeQuery {
  readonly service?: string;
  /** `service.version`. */
  readonly version?: string;
  readonly baseline?: 'before' | 'day' | 'week';
  readonly baselineVersion?: string;
}

/** `GET /patterns/values`. */
export interface PatternValuesQuery extends RangeQuery {
  readonly service: string;
  readonly id: string;
  /** Which `<*>`, from 1. */
  readonly place?: number;
}

/** `GET /logs`: newest first. */
export interface LogsQuery extends LogsScopeQuery {
  /** Keys of resource attributes that come with the records, with commas between. */
  readonly resourceKeys?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** `GET /logs/histogram`. */
export interface LogHistogramQuery extends LogsScopeQuery {
  /** `level` when absent. */
  readonly by?: string;
}

/** `GET /logs/values`. */
export interface LogValuesQuery extends LogsScopeQuery {
  readonly field: string;
  /** Part of a value. */
  readonly search?: string;
}

/** `GET /logs/fields`. */
export interface LogFieldsQuery extends RangeQuery {
  readonly search?: string;
}

/** `GET /logs/export`: a file, of any size. */
export interface LogsExportQuery extends LogsScopeQuery {
  readonly resourceKeys?: string;
  readonly format: 'ndjson' | 'csv';
}

/** `GET /logs/{id}/surroundings`. */
export interface LogSurroundingsQuery {
  /** Whose lines: of the same process (the default), of the same service, or all. */
  readonly of?: 'process' | 'service' | 'all';
  /** Lines on each side. */
  readonly limit?: number;
}

/** `GET /metrics`. */
export interface MetricsQuery extends RangeQuery {
  /** Part of the name or the description. */
  readonly search?: string;
  /** Only what this service measures. */
  readonly service?: string;
}

/** Which series of a metric a query is about. */
export interface MetricScopeQuery extends RangeQuery {
  readonly name: string;
  readonly service?: string;
  /** Conditions on labels: `http.route=/cart host.name!=db`. */
  readonly where?: string;
}

/** `GET /metrics/query`. */
export interface MetricSeriesQuery extends MetricScopeQuery {
  readonly aggregation?: MetricAggregation;
  /** Keys of `labelKeys`, parted by commas. */
  readonly groupBy?: string;
  readonly stepMs?: number;
}

/** `GET /metrics/values`. */
export interface LabelValuesQuery extends MetricScopeQuery {
  readonly key: string;
  readonly search?: string;
}
