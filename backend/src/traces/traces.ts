import type { Span, SpanEvent, SpanLink, TraceSummary } from '../api/contract/index.ts';
import { attributesOf } from '../attributes.ts';
import { cutName } from '../cut-name.ts';
import { spanKindName } from '../model/services/summaries.ts';
import type { TraceRow } from './list-queries.ts';
import type { SpanRow } from './trace-queries.ts';

const STATUSES: readonly Span['status'][] = ['unset', 'ok', 'error'];

/** Where the root has not arrived, its service and name are empty. */
export function traceSummary(row: TraceRow): TraceSummary {
  return {
    traceId: row.id,
    rootService: cutName(row.root_service_name),
    rootName: cutName(row.root_span_name),
    startMs: Number(BigInt(row.start_nano) / 1_000_000n),
    durationNs: row.duration,
    spanCount: row.span_count,
    errorCount: row.error_count,
    services: row.service_names.map(cutName),
  };
}

export function spanOf(row: SpanRow): Span {
  const span: Span = {
    spanId: row.id,
    parentSpanId: row.parent,
    // In whole it is among the attributes of the resource.
    service: cutName(row.service),
    name: row.name,
    kind: spanKindName(row.kind),
    startUnixNano: row.start_nano,
    durationNs: row.duration,
    status: STATUSES[row.status_code] ?? 'unset',
    statusMessage: row.status_message,
    traceState: row.trace_state,
    scopeName: row.scope_name,
    scopeVersion: row.scope_version,
    origin: row.origin,
    attributes: attributesOf(row.attribute_arrays),
    resourceFingerprint: row.resource,
    events: row.event_rows.map(eventOf),
    links: row.link_rows.map(linkOf),
  };
  return row.time_source === 'received' ? { ...span, sentStartUnixNano: row.sent_nano } : span;
}

function eventOf([
  timeUnixNano,
  name,
  attributes,
  dropped,
]: SpanRow['event_rows'][number]): SpanEvent {
  return {
    timeUnixNano,
    name,
    attributes: attributesOf(attributes),
    droppedAttributesCount: dropped,
  };
}

function linkOf([traceId, spanId, traceState, attributes]: SpanRow['link_rows'][number]): SpanLink {
  return { traceId, spanId, traceState, attributes: attributesOf(attributes) };
}
