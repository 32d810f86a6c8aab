import { collectorMetricViews } from './collector-metric-views.ts';
import { resourceJoin } from './resources-1w.ts';
import { HEX_TRACE_ID } from './search-index.ts';
import type { SchemaOptions, ViewDefinition } from './table.ts';

/**
 * Views with the names and columns of the Collector's ClickHouse exporter, for dashboards and
 * tools written for it. `otel_logs` has the columns of both generations of its schema. Filter by
 * `TraceId` and `Timestamp`: the former has an index on its hex expression. Resource attributes
 * are joined from `resources_1w`; read our own tables where that cost matters.
 */
export function collectorViews(options: SchemaOptions): readonly ViewDefinition[] {
  return [
    tracesView(options),
    traceTimesView(options),
    logsView(options),
    ...collectorMetricViews(options),
  ];
}

const hexSpanId = (id: string): string => `if(empty(${id}), '', lower(hex(${id})))`;

function tracesView(options: SchemaOptions): ViewDefinition {
  return {
    name: 'otel_traces',
    select: `SELECT
  s.tenant AS Tenant,
  s.timestamp AS Timestamp,
  ${HEX_TRACE_ID} AS TraceId,
  lower(hex(s.span_id)) AS SpanId,
  ${hexSpanId('s.parent_span_id')} AS ParentSpanId,
  s.trace_state AS TraceState,
  s.name AS SpanName,
  ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'][s.kind + 1] AS SpanKind,
  s.service AS ServiceName,
  r.resource_attributes AS ResourceAttributes,
  s.scope_name AS ScopeName,
  s.scope_version AS ScopeVersion,
  s.attributes AS SpanAttributes,
  toUInt64(greatest(s.duration_ns, 0)) AS Duration,
  ['Unset', 'Ok', 'Error'][s.status_code + 1] AS StatusCode,
  s.status_message AS StatusMessage,
  s.events.timestamp AS \`Events.Timestamp\`,
  s.events.name AS \`Events.Name\`,
  s.events.attributes AS \`Events.Attributes\`,
  arrayMap(x -> lower(hex(x)), s.links.trace_id) AS \`Links.TraceId\`,
  arrayMap(x -> lower(hex(x)), s.links.span_id) AS \`Links.SpanId\`,
  s.links.trace_state AS \`Links.TraceState\`,
  s.links.attributes AS \`Links.Attributes\`
FROM ${options.database}.spans AS s
${resourceJoin(options.database, 's')}`,
  };
}

/** When each trace was, in several rows: what Grafana's plugin finds a trace by. */
function traceTimesView({ database }: SchemaOptions): ViewDefinition {
  return {
    name: 'otel_traces_trace_id_ts',
    select: `SELECT
  tenant AS Tenant,
  ${HEX_TRACE_ID} AS TraceId,
  toDateTime(start, 'UTC') AS Start,
  toDateTime(end, 'UTC') AS End
FROM ${database}.trace_index`,
  };
}

function logsView(options: SchemaOptions): ViewDefinition {
  return {
    name: 'otel_logs',
    select: `SELECT
  l.tenant AS Tenant,
  l.timestamp AS Timestamp,
  toDateTime(l.timestamp, 'UTC') AS TimestampTime,
  ${HEX_TRACE_ID} AS TraceId,
  ${hexSpanId('l.span_id')} AS SpanId,
  toUInt8(bitAnd(l.flags, 255)) AS TraceFlags,
  l.severity_text AS SeverityText,
  l.severity_number AS SeverityNumber,
  l.service AS ServiceName,
  l.body AS Body,
  l.resource_schema_url AS ResourceSchemaUrl,
  r.resource_attributes AS ResourceAttributes,
  l.scope_schema_url AS ScopeSchemaUrl,
  l.scope_name AS ScopeName,
  l.scope_version AS ScopeVersion,
  l.scope_attributes AS ScopeAttributes,
  l.attributes AS LogAttributes,
  l.event_name AS EventName,
  l.cluster AS \`__otel_materialized_k8s.cluster.name\`,
  r.resource_attributes['k8s.container.name'] AS \`__otel_materialized_k8s.container.name\`,
  r.resource_attributes['k8s.deployment.name'] AS \`__otel_materialized_k8s.deployment.name\`,
  r.resource_attributes['k8s.namespace.name'] AS \`__otel_materialized_k8s.namespace.name\`,
  r.resource_attributes['k8s.node.name'] AS \`__otel_materialized_k8s.node.name\`,
  r.resource_attributes['k8s.pod.name'] AS \`__otel_materialized_k8s.pod.name\`,
  r.resource_attributes['k8s.pod.uid'] AS \`__otel_materialized_k8s.pod.uid\`,
  l.environment AS \`__otel_materialized_deployment.environment.name\`
FROM ${options.database}.logs AS l
${resourceJoin(options.database, 'l')}`,
  };
}
