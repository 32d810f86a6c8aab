import type { LogColumns, SpanColumns } from '@sonde/proto';
import {
  RowRuns,
  writeLowCardinalityBody,
  writeLowCardinalityPrefix,
  writeOffsets,
  writeStringColumn,
} from '@sonde/store';
import type { BlockSource } from '../blocks/block-source.ts';
import { attributeBytes, replicatedBytes } from '../blocks/bytes-estimate.ts';
import { subtractTimes } from '../blocks/durations.ts';
import { ColumnBlock, type WriteColumn } from './column-block.ts';
import {
  fixed,
  hexIds,
  lowCardinality,
  map,
  named,
  nestedHexIds,
  nestedMap,
  replicatedMap,
  strings,
} from './columns.ts';
import { type OtelTable, otelLogsTable, otelTracesTable } from './otel-tables.ts';

const SPAN_KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUS_CODES = ['Unset', 'Ok', 'Error'];

/** Spans of a batch as rows of upstream's table, at the times that were sent. */
export function otelSpanBlock(columns: SpanColumns, tableName: string): BlockSource {
  const { resources, resource, scopes, scope, count } = columns;
  const table = otelTracesTable(tableName);
  const attributes = { list: columns.attributes, ends: columns.attributeEnd };
  const duration = subtractTimes(columns.endUnixNano, columns.startUnixNano, count);
  const write: Record<string, WriteColumn> = {
    Timestamp: fixed(columns.startUnixNano, 8),
    TraceId: hexIds(columns.traceId, 16),
    SpanId: hexIds(columns.spanId, 8),
    ParentSpanId: hexIds(columns.parentSpanId, 8),
    TraceState: (out, runs) => writeStringColumn(out, { ...columns.traceState, count }, runs),
    SpanName: lowCardinality(columns.names, columns.name),
    SpanKind: named(SPAN_KINDS, columns.kind.subarray(0, count)),
    ServiceName: lowCardinality(resources.serviceNames, resources.serviceName, resource),
    ResourceAttributes: replicatedMap(resourceAttributes(columns), resource),
    ScopeName: strings(scopes.names, scopes.name, scope),
    ScopeVersion: strings(scopes.versions, scopes.version, scope),
    SpanAttributes: map(attributes),
    Duration: fixed(duration, 8),
    StatusCode: named(STATUS_CODES, columns.statusCode.subarray(0, count)),
    StatusMessage: (out, runs) => writeStringColumn(out, { ...columns.statusMessage, count }, runs),
    ...eventColumns(columns),
    ...linkColumns(columns),
  };
  return block(columns, { table, columns: write, timestamp: columns.startUnixNano });
}

function eventColumns({ events, eventEnd }: SpanColumns): Record<string, WriteColumn> {
  return {
    'Events.Timestamp': (out, runs) => {
      writeOffsets(out, eventEnd, runs);
      fixed(events.timeUnixNano, 8)(out, runs.children(eventEnd));
    },
    'Events.Name': (out, runs) => {
      writeLowCardinalityPrefix(out);
      writeOffsets(out, eventEnd, runs);
      const names = { dictionary: events.names, ids: events.name };
      writeLowCardinalityBody(out, names, runs.children(eventEnd));
    },
    'Events.Attributes': nestedMap(eventEnd, {
      list: events.attributes,
      ends: events.attributeEnd,
    }),
  };
}

function linkColumns({ links, linkEnd }: SpanColumns): Record<string, WriteColumn> {
  return {
    'Links.TraceId': nestedHexIds(linkEnd, links.traceId, 16),
    'Links.SpanId': nestedHexIds(linkEnd, links.spanId, 8),
    'Links.TraceState': (out, runs) => {
      writeOffsets(out, linkEnd, runs);
      const states = { ...links.traceState, count: links.count };
      writeStringColumn(out, states, runs.children(linkEnd));
    },
    'Links.Attributes': nestedMap(linkEnd, { list: links.attributes, ends: links.attributeEnd }),
  };
}

/** Log records of a batch as rows of upstream's table. */
export function otelLogBlock(columns: LogColumns, tableName: string): BlockSource {
  const { resources, resource, scopes, scope, count, schemaUrls } = columns;
  const table = otelLogsTable(tableName);
  const timestamp = timesOrObserved(columns);
  const scopeAttributes = { list: scopes.attributes, ends: scopes.attributeEnd };
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  const flags = Uint8Array.from(columns.flags.subarray(0, count));
  const body = { types: columns.bodyType, encodedCount: columns.encodedBodyCount };
  const write: Record<string, WriteColumn> = {
    Timestamp: fixed(timestamp, 8),
    TraceId: hexIds(columns.traceId, 16),
    SpanId: hexIds(columns.spanId, 8),
    TraceFlags: fixed(flags, 1),
    SeverityText: lowCardinality(columns.severityTexts, columns.severityText),
    SeverityNumber: fixed(columns.severityNumber, 1),
    ServiceName: lowCardinality(resources.serviceNames, resources.serviceName, resource),
    Body: (out, runs) => writeStringColumn(out, { ...columns.body, count, ...body }, runs),
    ResourceSchemaUrl: lowCardinality(schemaUrls, columns.resourceSchemaUrl),
    ResourceAttributes: replicatedMap(resourceAttributes(columns), resource),
    ScopeSchemaUrl: lowCardinality(schemaUrls, columns.scopeSchemaUrl),
    ScopeName: strings(scopes.names, scopes.name, scope),
    ScopeVersion: lowCardinality(scopes.versions, scopes.version, scope),
    ScopeAttributes: replicatedMap(scopeAttributes, scope),
    LogAttributes: map({ list: columns.attributes, ends: columns.attributeEnd }),
    EventName: strings(columns.eventNames, columns.eventName, rows),
  };
  return block(columns, { table, columns: write, timestamp });
}

/** A record without a time has the one at which it was observed. */
function timesOrObserved({ timeUnixNano, observedTimeUnixNano, count }: LogColumns): Int32Array {
  const times = timeUnixNano.slice(0, count * 2);
  for (let i = 0; i < times.length; i += 2) {
    if (times[i] !== 0 || times[i + 1] !== 0) continue;
    times[i] = observedTimeUnixNano[i];
    times[i + 1] = observedTimeUnixNano[i + 1];
  }
  return times;
}

function resourceAttributes({ resources }: SpanColumns | LogColumns) {
  return { list: resources.attributes, ends: resources.attributeEnd };
}

function block(
  columns: SpanColumns | LogColumns,
  of: {
    readonly table: OtelTable;
    readonly columns: Readonly<Record<string, WriteColumn>>;
    readonly timestamp: Int32Array;
  },
): BlockSource {
  const attributes = { list: columns.attributes, ends: columns.attributeEnd };
  return new ColumnBlock({
    ...of,
    rows: RowRuns.range(0, columns.count),
    variableBytes: (runs) =>
      attributeBytes(attributes, runs) +
      replicatedBytes(resourceAttributes(columns), columns.resource, runs),
  });
}
