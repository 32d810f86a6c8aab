import {
  type Columns,
  type GroupEditor,
  type LogColumns,
  type MetricColumns,
  type SpanColumns,
  withGroups,
  withSpans,
} from '@sonde/proto';
import {
  type ClientView,
  EventCursor,
  type GroupCursor,
  LogCursor,
  MetricCursor,
  PointCursor,
  SpanCursor,
} from './cursors.ts';
import { groupCursor } from './group-cursor.ts';
import { endOf, startOf } from './span-row.ts';

/**
 * Visits every row of a context, in order, and gives the columns with what was changed; the columns
 * themselves when nothing was, or when they are of another signal.
 */
export type Pass<C> = (
  columns: Columns,
  client: ClientView | undefined,
  visit: (cursor: C) => void,
) => Columns;

/** Resources as they stand in the requests: each group of rows of one resource once. */
export const passResources: Pass<GroupCursor> = (columns, client, visit) =>
  passGroups(columns, client, visit, (editor) => editor.resourceGroups);

export const passScopes: Pass<GroupCursor> = (columns, client, visit) =>
  passGroups(columns, client, visit, (editor) => editor.scopeGroups);

function passGroups(
  columns: Columns,
  client: ClientView | undefined,
  visit: (cursor: GroupCursor) => void,
  groupsOf: (editor: GroupEditor) => number,
): Columns {
  const cursor = groupCursor(columns, client);
  const { editor } = cursor.group;
  let groups = 0;
  for (let row = 0; row < columns.count; row++) {
    editor.openRow(row);
    if (groupsOf(editor) === groups) continue;
    groups = groupsOf(editor);
    cursor.open(row);
    visit(cursor);
  }
  const changes = editor.finish();
  return changes === undefined ? columns : withGroups(columns, changes);
}

export const passSpans: Pass<SpanCursor> = (columns, client, visit) => {
  if (columns.signal !== 'traces') return columns;
  const cursor = new SpanCursor(columns, client);
  for (let row = 0; row < columns.count; row++) {
    cursor.open(row);
    visit(cursor);
  }
  return cursor.span.finish();
};

export const passEvents: Pass<EventCursor> = (columns, client, visit) => {
  if (columns.signal !== 'traces') return columns;
  const cursor = new EventCursor(columns, client);
  visitEvents(columns, cursor, visit);
  const spans = cursor.span.finish();
  const events = cursor.event.finish();
  return events === columns.events ? spans : withSpans(spans, { events });
};

function visitEvents(
  columns: SpanColumns,
  cursor: EventCursor,
  visit: (cursor: EventCursor) => void,
): void {
  for (let span = 0; span < columns.count; span++) {
    const end = endOf(columns.eventEnd, span);
    for (let event = startOf(columns.eventEnd, span); event < end; event++) {
      cursor.open(span, event);
      visit(cursor);
    }
  }
}

export const passLogs: Pass<LogCursor> = (columns, client, visit) => {
  if (columns.signal !== 'logs') return columns;
  return passLogRows(columns, client, visit);
};

function passLogRows(
  columns: LogColumns,
  client: ClientView | undefined,
  visit: (cursor: LogCursor) => void,
): LogColumns {
  const cursor = new LogCursor(columns, client);
  for (let row = 0; row < columns.count; row++) {
    cursor.open(row);
    visit(cursor);
  }
  return cursor.log.finish();
}

export const passMetrics: Pass<MetricCursor> = (columns, client, visit) => {
  if (columns.signal !== 'metrics') return columns;
  const cursor = new MetricCursor(columns, client);
  for (let row = 0; row < columns.count; row++) {
    cursor.open(row);
    visit(cursor);
  }
  return cursor.metric.finish();
};

export const passPoints: Pass<PointCursor> = (columns, client, visit) => {
  if (columns.signal !== 'metrics') return columns;
  const cursor = new PointCursor(columns, client);
  visitPoints(columns, cursor, visit);
  return cursor.point.finish(cursor.metric.finish());
};

function visitPoints(
  columns: MetricColumns,
  cursor: PointCursor,
  visit: (cursor: PointCursor) => void,
): void {
  const { points } = cursor.metric;
  for (let metric = 0; metric < columns.count; metric++) {
    const kind = columns.kind[metric] ?? 0;
    const end = points.end(kind, metric);
    for (let row = points.start(kind, metric); row < end; row++) {
      cursor.open(metric, kind, row);
      visit(cursor);
    }
  }
}
