import type { ColumnDefinition, TableDefinition } from '@sonde/store';

/** Names of the tables, as the Collector's exporter has them in its configuration. */
export interface OtelTableNames {
  readonly logs: string;
  readonly traces: string;
  readonly gauge: string;
  readonly sum: string;
  readonly histogram: string;
  readonly exponentialHistogram: string;
  readonly summary: string;
}

/** A column as it is written; `stored` is its type in the table where that is another. */
export interface OtelColumn extends ColumnDefinition {
  readonly stored?: string;
}

export interface OtelTable extends TableDefinition {
  readonly columns: readonly OtelColumn[];
  /** The column that rows leave by. */
  readonly timeColumn: string;
}

const ZSTD = 'ZSTD(1)';
const LOW_CARDINALITY = 'LowCardinality(String)';
const MAP = 'Map(LowCardinality(String), String)';
const NANOSECONDS = 'DateTime64(9)';

const column = (name: string, type: string, codec: string = ZSTD): OtelColumn => ({
  name,
  type,
  codec,
});

const bloom = (name: string, expression: string, rate: string = '0.01'): string =>
  `INDEX ${name} ${expression} TYPE bloom_filter(${rate}) GRANULARITY 1`;

const mapIndexes = (name: string, map: string): readonly string[] => [
  bloom(`idx_${name}_key`, `mapKeys(${map})`),
  bloom(`idx_${name}_value`, `mapValues(${map})`),
];

const TABLE = { engine: 'MergeTree', settings: {} } as const;

export function otelTracesTable(name: string): OtelTable {
  return {
    ...TABLE,
    name,
    timeColumn: 'Timestamp',
    columns: [
      column('Timestamp', NANOSECONDS, 'Delta(8), ZSTD(1)'),
      ...['TraceId', 'SpanId', 'ParentSpanId', 'TraceState'].map((id) => column(id, 'String')),
      ...['SpanName', 'SpanKind', 'ServiceName'].map((text) => column(text, LOW_CARDINALITY)),
      column('ResourceAttributes', MAP),
      column('ScopeName', 'String'),
      column('ScopeVersion', 'String'),
      column('SpanAttributes', MAP),
      column('Duration', 'UInt64'),
      column('StatusCode', LOW_CARDINALITY),
      column('StatusMessage', 'String'),
      column('Events.Timestamp', `Array(${NANOSECONDS})`),
      column('Events.Name', `Array(${LOW_CARDINALITY})`),
      column('Events.Attributes', `Array(${MAP})`),
      ...['TraceId', 'SpanId', 'TraceState'].map((id) => column(`Links.${id}`, 'Array(String)')),
      column('Links.Attributes', `Array(${MAP})`),
    ],
    indexes: [
      bloom('idx_trace_id', 'TraceId', '0.001'),
      ...mapIndexes('res_attr', 'ResourceAttributes'),
      ...mapIndexes('span_attr', 'SpanAttributes'),
      'INDEX idx_duration Duration TYPE minmax GRANULARITY 1',
    ],
    partitionBy: 'toDate(Timestamp)',
    orderBy: '(ServiceName, SpanName, toDateTime(Timestamp))',
  };
}

/** When each trace was, by view: what Grafana's plugin finds a trace by. */
export function otelTraceTimesTable(traces: string): OtelTable {
  return {
    ...TABLE,
    name: `${traces}_trace_id_ts`,
    timeColumn: 'Start',
    columns: [
      column('TraceId', 'String'),
      column('Start', 'DateTime', 'Delta(4), ZSTD(1)'),
      column('End', 'DateTime', 'Delta(4), ZSTD(1)'),
    ],
    indexes: [bloom('idx_trace_id', 'TraceId')],
    partitionBy: 'toDate(Start)',
    orderBy: '(TraceId, Start)',
  };
}

/** Resource attributes that have columns of their own, filled by the store. */
const MATERIALIZED: readonly string[] = [
  'k8s.cluster.name',
  'k8s.container.name',
  'k8s.deployment.name',
  'k8s.namespace.name',
  'k8s.node.name',
  'k8s.pod.name',
  'k8s.pod.uid',
  'deployment.environment.name',
];

export function otelLogsTable(name: string): OtelTable {
  return {
    ...TABLE,
    name,
    timeColumn: 'Timestamp',
    columns: [
      column('Timestamp', NANOSECONDS, 'Delta(8), ZSTD(1)'),
      column('TraceId', 'String'),
      column('SpanId', 'String'),
      { name: 'TraceFlags', type: 'UInt8' },
      column('SeverityText', LOW_CARDINALITY),
      { name: 'SeverityNumber', type: 'UInt8' },
      column('ServiceName', LOW_CARDINALITY),
      column('Body', 'String'),
      column('ResourceSchemaUrl', LOW_CARDINALITY),
      column('ResourceAttributes', MAP),
      column('ScopeSchemaUrl', LOW_CARDINALITY),
      column('ScopeName', 'String'),
      column('ScopeVersion', LOW_CARDINALITY),
      column('ScopeAttributes', MAP),
      column('LogAttributes', MAP),
      column('EventName', 'String'),
      ...MATERIALIZED.map((key) => ({
        ...column(`__otel_materialized_${key}`, LOW_CARDINALITY),
        expression: `MATERIALIZED ResourceAttributes['${key}']`,
      })),
    ],
    indexes: [
      bloom('idx_trace_id', 'TraceId', '0.001'),
      ...mapIndexes('res_attr', 'ResourceAttributes'),
      ...mapIndexes('scope_attr', 'ScopeAttributes'),
      ...mapIndexes('log_attr', 'LogAttributes'),
      'INDEX idx_lower_body lower(Body) TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8',
    ],
    partitionBy: 'toDate(Timestamp)',
    orderBy: '(toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)',
  };
}

/** Upstream's tables have whole seconds; older ones, which may be there, nanoseconds. */
const seconds = (name: string): OtelColumn => ({
  ...column(name, NANOSECONDS, 'Delta(4), ZSTD(1)'),
  stored: 'DateTime',
});

const POINT_COLUMNS: readonly OtelColumn[] = [
  column('ResourceAttributes', MAP),
  ...['ResourceSchemaUrl', 'ScopeName', 'ScopeVersion'].map((text) => column(text, 'String')),
  column('ScopeAttributes', MAP),
  column('ScopeDroppedAttrCount', 'UInt32'),
  column('ScopeSchemaUrl', 'String'),
  column('ServiceName', LOW_CARDINALITY),
  column('MetricName', LOW_CARDINALITY),
  column('MetricDescription', 'String'),
  column('MetricUnit', 'String'),
  column('Attributes', MAP),
  seconds('StartTimeUnix'),
  seconds('TimeUnix'),
];

const EXEMPLAR_COLUMNS: readonly OtelColumn[] = [
  column('Exemplars.FilteredAttributes', `Array(${MAP})`),
  { ...column('Exemplars.TimeUnix', `Array(${NANOSECONDS})`), stored: 'Array(DateTime)' },
  column('Exemplars.Value', 'Array(Float64)'),
  column('Exemplars.SpanId', 'Array(String)'),
  column('Exemplars.TraceId', 'Array(String)'),
];

const FLAGS = column('Flags', 'UInt32');
const COUNT = column('Count', 'UInt64', 'Delta(8), ZSTD(1)');
const SUM = column('Sum', 'Float64');
const TEMPORALITY = column('AggregationTemporality', 'Int32');
const BOUNDS: readonly OtelColumn[] = [column('Min', 'Float64'), column('Max', 'Float64')];
const COUNTS = 'Array(UInt64)';

function metricTable(name: string, columns: readonly OtelColumn[]): OtelTable {
  return {
    ...TABLE,
    name,
    timeColumn: 'TimeUnix',
    columns: [...POINT_COLUMNS, ...columns],
    indexes: [
      ...mapIndexes('res_attr', 'ResourceAttributes'),
      ...mapIndexes('scope_attr', 'ScopeAttributes'),
      ...mapIndexes('attr', 'Attributes'),
      'INDEX idx_time_minmax TimeUnix TYPE minmax GRANULARITY 1',
    ],
    partitionBy: 'toDate(TimeUnix)',
    orderBy: '(ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix)',
  };
}

export function otelGaugeTable(name: string): OtelTable {
  return metricTable(name, [column('Value', 'Float64'), FLAGS, ...EXEMPLAR_COLUMNS]);
}

export function otelSumTable(name: string): OtelTable {
  const monotonic = column('IsMonotonic', 'Bool', 'Delta(1), ZSTD(1)');
  const value = column('Value', 'Float64');
  return metricTable(name, [value, FLAGS, ...EXEMPLAR_COLUMNS, TEMPORALITY, monotonic]);
}

export function otelHistogramTable(name: string): OtelTable {
  return metricTable(name, [
    COUNT,
    SUM,
    column('BucketCounts', COUNTS),
    column('ExplicitBounds', 'Array(Float64)'),
    ...EXEMPLAR_COLUMNS,
    FLAGS,
    ...BOUNDS,
    TEMPORALITY,
  ]);
}

export function otelExponentialHistogramTable(name: string): OtelTable {
  return metricTable(name, [
    COUNT,
    SUM,
    column('Scale', 'Int32'),
    column('ZeroCount', 'UInt64'),
    column('PositiveOffset', 'Int32'),
    column('PositiveBucketCounts', COUNTS),
    column('NegativeOffset', 'Int32'),
    column('NegativeBucketCounts', COUNTS),
    ...EXEMPLAR_COLUMNS,
    FLAGS,
    ...BOUNDS,
    TEMPORALITY,
  ]);
}

export function otelSummaryTable(name: string): OtelTable {
  return metricTable(name, [
    COUNT,
    SUM,
    column('ValueAtQuantiles.Quantile', 'Array(Float64)'),
    column('ValueAtQuantiles.Value', 'Array(Float64)'),
    FLAGS,
  ]);
}
