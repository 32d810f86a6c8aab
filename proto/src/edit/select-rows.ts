import type { AttributeList } from '../columns/attribute-list.ts';
import type { Dictionary } from '../columns/dictionary.ts';
import { LogColumns } from '../columns/log-columns.ts';
import type { ResourceTable } from '../columns/resource-table.ts';
import type { ScopeTable } from '../columns/scope-table.ts';
import { Segments } from '../columns/segments.ts';
import { SpanColumns, SpanEventColumns, SpanLinkColumns } from '../columns/span-columns.ts';
import {
  countEncoded,
  gatherAttributes,
  gatherEnds,
  gatherIds,
  gatherInt32,
  gatherStrings,
  gatherUint8,
  gatherUint32,
} from './gather.ts';
import { RowSelection } from './row-selection.ts';

/**
 * The spans whose byte in `keep` is not 0, as new columns; the columns themselves when that is all
 * of them. Dictionaries, resources and scopes are shared with the source, and may hold more than
 * the rows name. A segment without rows goes.
 */
export function selectSpans(columns: SpanColumns, keep: Uint8Array): SpanColumns {
  const rows = RowSelection.ofMask(keep, columns.count);
  if (rows.rowCount === columns.count) return columns;
  const traces = gatherIds(columns.traceId, rows, 16);
  const spans = gatherIds(columns.spanId, rows, 8);
  const parents = gatherIds(columns.parentSpanId, rows, 8);
  return Object.assign(new SpanColumns(0), {
    ...groupColumns(columns, rows),
    segments: selectSegments(columns.segments, rows),
    traceId: traces.ids,
    traceIdView: traces.view,
    spanId: spans.ids,
    spanIdView: spans.view,
    parentSpanId: parents.ids,
    parentSpanIdView: parents.view,
    traceState: gatherStrings(columns.traceState, rows, columns.count),
    flags: gatherUint32(columns.flags, rows),
    names: columns.names,
    name: gatherUint32(columns.name, rows),
    kind: gatherUint8(columns.kind, rows),
    startUnixNano: gatherInt32(columns.startUnixNano, rows, 2),
    endUnixNano: gatherInt32(columns.endUnixNano, rows, 2),
    statusCode: gatherUint8(columns.statusCode, rows),
    statusMessage: gatherStrings(columns.statusMessage, rows, columns.count),
    ...attributeColumns(columns, rows),
    droppedAttributesCount: gatherUint32(columns.droppedAttributesCount, rows),
    events: selectEvents(columns.events, rows.children(columns.eventEnd)),
    eventEnd: gatherEnds(columns.eventEnd, rows),
    droppedEventsCount: gatherUint32(columns.droppedEventsCount, rows),
    links: selectLinks(columns.links, rows.children(columns.linkEnd)),
    linkEnd: gatherEnds(columns.linkEnd, rows),
    droppedLinksCount: gatherUint32(columns.droppedLinksCount, rows),
  });
}

/** As `selectSpans`, for log records. */
export function selectLogs(columns: LogColumns, keep: Uint8Array): LogColumns {
  const rows = RowSelection.ofMask(keep, columns.count);
  if (rows.rowCount === columns.count) return columns;
  const traces = gatherIds(columns.traceId, rows, 16);
  const spans = gatherIds(columns.spanId, rows, 8);
  const bodyType = gatherUint8(columns.bodyType, rows);
  return Object.assign(new LogColumns(0), {
    ...groupColumns(columns, rows),
    segments: selectSegments(columns.segments, rows),
    timeUnixNano: gatherInt32(columns.timeUnixNano, rows, 2),
    observedTimeUnixNano: gatherInt32(columns.observedTimeUnixNano, rows, 2),
    severityNumber: gatherUint8(columns.severityNumber, rows),
    severityTexts: columns.severityTexts,
    severityText: gatherUint32(columns.severityText, rows),
    body: gatherStrings(columns.body, rows, columns.count),
    bodyType,
    encodedBodyCount: columns.encodedBodyCount === 0 ? 0 : countEncoded(bodyType, rows.rowCount),
    eventNames: columns.eventNames,
    eventName: gatherUint32(columns.eventName, rows),
    traceId: traces.ids,
    traceIdView: traces.view,
    spanId: spans.ids,
    spanIdView: spans.view,
    flags: gatherUint32(columns.flags, rows),
    ...attributeColumns(columns, rows),
    droppedAttributesCount: gatherUint32(columns.droppedAttributesCount, rows),
  });
}

/** The events whose byte in `keep` is not 0. */
export function selectSpanEvents(columns: SpanColumns, keep: Uint8Array): SpanColumns {
  const { events, eventEnd } = columns;
  const rows = RowSelection.ofMask(keep, events.count);
  if (rows.rowCount === events.count) return columns;
  const ends = new Uint32Array(columns.count * 2);
  let kept = 0;
  for (let span = 0, event = 0; span < columns.count; span++) {
    for (; event < eventEnd[span * 2]; event++) if (keep[event] !== 0) kept++;
    ends[span * 2] = kept;
  }
  const changes = { events: selectEvents(events, rows), eventEnd: ends };
  return Object.assign(new SpanColumns(0), columns, changes);
}

/** What rows of every signal have. */
interface GroupedRows {
  readonly count: number;
  readonly resources: ResourceTable;
  readonly scopes: ScopeTable;
  readonly schemaUrls: Dictionary;
  readonly resource: Uint32Array;
  readonly scope: Uint32Array;
  readonly resourceSchemaUrl: Uint32Array;
  readonly scopeSchemaUrl: Uint32Array;
}

export interface GroupColumns extends GroupedRows {
  readonly capacity: number;
}

export function groupColumns(columns: GroupedRows, rows: RowSelection): GroupColumns {
  return {
    count: rows.rowCount,
    capacity: rows.rowCount,
    resources: columns.resources,
    scopes: columns.scopes,
    schemaUrls: columns.schemaUrls,
    resource: gatherUint32(columns.resource, rows),
    scope: gatherUint32(columns.scope, rows),
    resourceSchemaUrl: gatherUint32(columns.resourceSchemaUrl, rows),
    scopeSchemaUrl: gatherUint32(columns.scopeSchemaUrl, rows),
  };
}

export interface AttributeColumns {
  readonly attributes: AttributeList;
  readonly attributeEnd: Uint32Array;
}

export function attributeColumns(columns: AttributeColumns, rows: RowSelection): AttributeColumns {
  const { attributes, attributeEnd } = columns;
  return {
    attributes: gatherAttributes(attributes, rows.children(attributeEnd)),
    attributeEnd: gatherEnds(attributeEnd, rows),
  };
}

function selectEvents(events: SpanEventColumns, rows: RowSelection): SpanEventColumns {
  if (rows.rowCount === events.count) return events;
  return Object.assign(new SpanEventColumns(0), {
    count: rows.rowCount,
    capacity: rows.rowCount,
    timeUnixNano: gatherInt32(events.timeUnixNano, rows, 2),
    names: events.names,
    name: gatherUint32(events.name, rows),
    ...attributeColumns(events, rows),
    droppedAttributesCount: gatherUint32(events.droppedAttributesCount, rows),
  });
}

function selectLinks(links: SpanLinkColumns, rows: RowSelection): SpanLinkColumns {
  if (rows.rowCount === links.count) return links;
  const traces = gatherIds(links.traceId, rows, 16);
  const spans = gatherIds(links.spanId, rows, 8);
  return Object.assign(new SpanLinkColumns(0), {
    count: rows.rowCount,
    capacity: rows.rowCount,
    traceId: traces.ids,
    traceIdView: traces.view,
    spanId: spans.ids,
    spanIdView: spans.view,
    traceState: gatherStrings(links.traceState, rows, links.count),
    flags: gatherUint32(links.flags, rows),
    ...attributeColumns(links, rows),
    droppedAttributesCount: gatherUint32(links.droppedAttributesCount, rows),
  });
}

/** The segments with the selected rows. */
export function selectSegments(segments: Segments, rows: RowSelection): Segments {
  const rowEnd = new Uint32Array(segments.count);
  const mask = new Uint8Array(segments.count);
  let kept = 0;
  let run = 0;
  for (let i = 0, count = 0; i < segments.count; i++) {
    const end = segments.rowEnd[i];
    for (; run < rows.starts.length && rows.ends[run] <= end; run++) {
      count += rows.ends[run] - rows.starts[run];
    }
    // A run may lie across the border between two requests.
    const across = run < rows.starts.length ? Math.max(0, end - rows.starts[run]) : 0;
    const rowsBefore = kept === 0 ? 0 : rowEnd[kept - 1];
    if (count + across === rowsBefore) continue;
    rowEnd[kept++] = count + across;
    mask[i] = 1;
  }
  const selected = RowSelection.ofMask(mask, segments.count);
  return Object.assign(new Segments(0), {
    count: kept,
    capacity: kept,
    rowEnd: rowEnd.slice(0, kept),
    tenant: gatherUint32(segments.tenant, selected),
    receivedUnixMs: segmentTimes(segments, mask, kept),
    tenants: segments.tenants,
  });
}

function segmentTimes(segments: Segments, mask: Uint8Array, kept: number): Float64Array {
  const times = new Float64Array(kept);
  let at = 0;
  for (let i = 0; i < segments.count; i++) {
    if (mask[i] !== 0) times[at++] = segments.receivedUnixMs[i];
  }
  return times;
}
