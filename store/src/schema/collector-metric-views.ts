import { resourceJoin } from './resources-1w.ts';
import type { SchemaOptions, ViewDefinition } from './table.ts';

/** `otel_metrics_{gauge,sum,histogram,exponential_histogram,summary}`: points with their series. */
export function collectorMetricViews(options: SchemaOptions): readonly ViewDefinition[] {
  return POINT_VIEWS.map((view) => metricsView(view, options));
}

/** Columns of one kind of point: table, number in `metric_series.kind`, what the view adds. */
interface PointView {
  readonly name: string;
  readonly table: string;
  readonly kind: number;
  readonly columns: readonly string[];
  readonly exemplars: boolean;
}

const TEMPORALITY = 'm.temporality AS AggregationTemporality';
const DISTRIBUTION = ['p.count AS Count', 'p.sum AS Sum', 'p.min AS Min', 'p.max AS Max'];

const POINT_VIEWS: readonly PointView[] = [
  {
    name: 'otel_metrics_gauge',
    table: 'metric_samples',
    kind: 5,
    columns: ['p.value AS Value'],
    exemplars: true,
  },
  {
    name: 'otel_metrics_sum',
    table: 'metric_samples',
    kind: 7,
    columns: ['p.value AS Value', TEMPORALITY, 'toBool(m.is_monotonic = 1) AS IsMonotonic'],
    exemplars: true,
  },
  {
    name: 'otel_metrics_histogram',
    table: 'metric_histograms',
    kind: 9,
    columns: [
      ...DISTRIBUTION,
      'p.bucket_counts AS BucketCounts',
      'p.explicit_bounds AS ExplicitBounds',
      TEMPORALITY,
    ],
    exemplars: true,
  },
  {
    name: 'otel_metrics_exponential_histogram',
    table: 'metric_exponential_histograms',
    kind: 10,
    columns: [
      ...DISTRIBUTION,
      'p.scale AS Scale',
      'p.zero_count AS ZeroCount',
      'p.positive_offset AS PositiveOffset',
      'p.positive_bucket_counts AS PositiveBucketCounts',
      'p.negative_offset AS NegativeOffset',
      'p.negative_bucket_counts AS NegativeBucketCounts',
      TEMPORALITY,
    ],
    exemplars: true,
  },
  {
    name: 'otel_metrics_summary',
    table: 'metric_summaries',
    kind: 11,
    columns: [
      'p.count AS Count',
      'p.sum AS Sum',
      'p.quantiles AS `ValueAtQuantiles.Quantile`',
      'p.quantile_values AS `ValueAtQuantiles.Value`',
    ],
    exemplars: false,
  },
];

const hex = (id: string): string => `if(empty(${id}), '', lower(hex(${id})))`;

const EXEMPLAR_COLUMNS = `,
  e.attributes AS \`Exemplars.FilteredAttributes\`,
  e.time AS \`Exemplars.TimeUnix\`,
  e.value AS \`Exemplars.Value\`,
  e.span_id AS \`Exemplars.SpanId\`,
  e.trace_id AS \`Exemplars.TraceId\``;

function exemplarJoin(database: string): string {
  return `
LEFT JOIN (
  SELECT
    tenant,
    series,
    timestamp,
    groupArray(attributes) AS attributes,
    groupArray(exemplar_timestamp) AS time,
    groupArray(value) AS value,
    groupArray(${hex('span_id')}) AS span_id,
    groupArray(${hex('trace_id')}) AS trace_id
  FROM (SELECT * FROM ${database}.exemplars ORDER BY position)
  GROUP BY tenant, series, timestamp
) AS e ON p.tenant = e.tenant AND p.series = e.series AND p.timestamp = e.timestamp`;
}

/** Of a series; the same in all rows of one, but for the description. */
const SERIES_COLUMNS = [
  'resource_schema_url',
  'resource_fingerprint',
  'scope_name',
  'scope_version',
  'scope_attributes',
  'scope_dropped_attributes_count',
  'scope_schema_url',
  'service',
  'description',
  'unit',
  'attributes',
  'temporality',
  'is_monotonic',
];

/** The metric's name is part of the key of series so that a filter on it holds for them too. */
function metricsView(view: PointView, { database }: SchemaOptions): ViewDefinition {
  return {
    name: view.name,
    select: `SELECT
  p.tenant AS Tenant,
  r.resource_attributes AS ResourceAttributes,
  m.resource_schema_url AS ResourceSchemaUrl,
  m.scope_name AS ScopeName,
  m.scope_version AS ScopeVersion,
  m.scope_attributes AS ScopeAttributes,
  m.scope_dropped_attributes_count AS ScopeDroppedAttrCount,
  m.scope_schema_url AS ScopeSchemaUrl,
  m.service AS ServiceName,
  p.metric AS MetricName,
  m.description AS MetricDescription,
  m.unit AS MetricUnit,
  m.attributes AS Attributes,
  p.start_timestamp AS StartTimeUnix,
  p.timestamp AS TimeUnix,
  p.flags AS Flags,
  ${view.columns.join(',\n  ')}${view.exemplars ? EXEMPLAR_COLUMNS : ''}
FROM ${database}.${view.table} AS p
INNER JOIN (
  SELECT
    tenant,
    metric,
    series,
    ${SERIES_COLUMNS.map((name) => `any(s.${name}) AS ${name}`).join(',\n    ')}
  FROM ${database}.metric_series AS s WHERE kind = ${view.kind} GROUP BY tenant, metric, series
) AS m ON p.tenant = m.tenant AND p.metric = m.metric AND p.series = m.series
${resourceJoin(database, 'm')}${view.exemplars ? exemplarJoin(database) : ''}`,
  };
}
