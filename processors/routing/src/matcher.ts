import type { LogCursor, MetricCursor, SpanCursor } from '@sonde/ottl';
import {
  type Cursor,
  DATAPOINTS,
  type GroupCursor,
  LOGS,
  METRICS,
  type PointCursor,
  RESOURCES,
  SPANS,
} from '@sonde/ottl';
import type { ClientInfo } from '@sonde/pipeline';
import { type Columns, withGroups } from '@sonde/proto';
import { Share, tableOf } from './share.ts';

/** A batch that a route looks at. */
export interface Unrouted {
  readonly columns: Columns;
  readonly client: ClientInfo | undefined;
  /** What no route has moved yet. */
  readonly left: Share;
}

export interface Matched {
  /** Those of the batch, or changed ones of as many rows: a statement may delete keys. */
  readonly columns: Columns;
  /** Which of what was left is meant. */
  readonly share: Share;
}

export type Matcher = (batch: Unrouted) => Matched;

/** Asks `test` about each thing of one kind that is left. */
export type Find<C extends Cursor> = (batch: Unrouted, test: (cursor: C) => boolean) => Matched;

export function whole(batch: Unrouted, isMeant: boolean): Matched {
  const { columns, left } = batch;
  const share = Share.none(columns);
  if (isMeant) share.addAll(left);
  return { columns, share };
}

/** The sender: one answer for all. */
export const findSender: Find<GroupCursor> = (batch, test) => {
  const { columns, client } = batch;
  const cursor = RESOURCES.cursorOf(columns, client);
  if (cursor === undefined || columns.count === 0) return whole(batch, false);
  cursor.open(0);
  return whole(batch, test(cursor));
};

/** Resources: one answer for neighbouring rows of one. */
export const findResources: Find<GroupCursor> = (batch, test) => {
  const { columns, client, left } = batch;
  const cursor = RESOURCES.cursorOf(columns, client);
  if (cursor === undefined) return whole(batch, false);
  const { editor } = cursor.group;
  const rows = left.rows(columns);
  let groups = 0;
  let isMeant = false;
  for (let row = 0; row < columns.count; row++) {
    if (rows[row] === 0) continue;
    cursor.open(row);
    if (editor.resourceGroups !== groups) {
      groups = editor.resourceGroups;
      isMeant = test(cursor);
    }
    if (!isMeant) rows[row] = 0;
  }
  const changes = editor.finish();
  const share = left.ofRows(columns, rows);
  return { columns: changes === undefined ? columns : withGroups(columns, changes), share };
};

export const findSpans: Find<SpanCursor> = (batch, test) => {
  const cursor = SPANS.cursorOf(batch.columns, batch.client);
  if (cursor === undefined) return whole(batch, false);
  const share = meantRows(batch, cursor, test);
  return { columns: cursor.span.finish(), share };
};

export const findLogs: Find<LogCursor> = (batch, test) => {
  const cursor = LOGS.cursorOf(batch.columns, batch.client);
  if (cursor === undefined) return whole(batch, false);
  const share = meantRows(batch, cursor, test);
  return { columns: cursor.log.finish(), share };
};

export const findMetrics: Find<MetricCursor> = (batch, test) => {
  const cursor = METRICS.cursorOf(batch.columns, batch.client);
  if (cursor === undefined) return whole(batch, false);
  const share = meantRows(batch, cursor, test);
  return { columns: cursor.metric.finish(), share };
};

export const findPoints: Find<PointCursor> = ({ columns, client, left }, test) => {
  const share = Share.none(columns);
  const changed = DATAPOINTS.pass(columns, client, (cursor) => {
    const table = tableOf(cursor.metric.kind);
    const { row } = cursor.point;
    if (left.has(table, row) && test(cursor)) share.add(table, row);
  });
  return { columns: changed, share };
};

function meantRows<C extends Cursor & { open(row: number): void }>(
  { columns, left }: Unrouted,
  cursor: C,
  test: (cursor: C) => boolean,
): Share {
  const rows = left.rows(columns);
  for (let row = 0; row < columns.count; row++) {
    if (rows[row] === 0) continue;
    cursor.open(row);
    if (!test(cursor)) rows[row] = 0;
  }
  return left.ofRows(columns, rows);
}
