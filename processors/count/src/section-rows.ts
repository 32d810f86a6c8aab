import {
  DATAPOINTS,
  type EventCursor,
  LOGS,
  type LogCursor,
  METRICS,
  type MetricCursor,
  type PointCursor,
  SPANEVENTS,
  SPANS,
  type SpanCursor,
} from '@sonde/ottl';
import type { Columns, PointColumns } from '@sonde/proto';
import type { RowGroup } from './row-groups.ts';
import type { SectionRows } from './section-counter.ts';
import { TimeRange } from './time-range.ts';

const rowCount = (_columns: Columns, { firstRow, endRow }: RowGroup): number => endRow - firstRow;

export const SPAN_ROWS: SectionRows<SpanCursor> = {
  condition: (text) => SPANS.condition(text),
  pass: SPANS.pass,
  rowOf: ({ span }) => span.row,
  mapsOf: ({ span, group }) => [span.attributes, group.scope, group.resource],
  countOf: rowCount,
  timesOf: (columns, { firstRow, endRow }) => {
    const times = new TimeRange();
    if (columns.signal !== 'traces') return times;
    for (let row = firstRow; row < endRow; row++) {
      times.add(columns.startUnixNano, row);
      times.add(columns.endUnixNano, row);
    }
    return times;
  },
};

export const EVENT_ROWS: SectionRows<EventCursor> = {
  condition: (text) => SPANEVENTS.condition(text),
  pass: SPANEVENTS.pass,
  rowOf: ({ span }) => span.row,
  mapsOf: ({ event, group }) => [event.attributes, group.scope, group.resource],
  countOf: (columns, group) => {
    const { first, end } = eventsOf(columns, group);
    return end - first;
  },
  timesOf: (columns, group) => {
    const times = new TimeRange();
    if (columns.signal !== 'traces') return times;
    const { first, end } = eventsOf(columns, group);
    for (let event = first; event < end; event++) times.add(columns.events.timeUnixNano, event);
    return times;
  },
};

function eventsOf(
  columns: Columns,
  { firstRow, endRow }: RowGroup,
): {
  readonly first: number;
  readonly end: number;
} {
  if (columns.signal !== 'traces') return { first: 0, end: 0 };
  const { eventEnd } = columns;
  const first = firstRow === 0 ? 0 : (eventEnd[firstRow * 2 - 2] ?? 0);
  return { first, end: eventEnd[endRow * 2 - 2] ?? 0 };
}

export const METRIC_ROWS: SectionRows<MetricCursor> = {
  condition: (text) => METRICS.condition(text),
  pass: METRICS.pass,
  rowOf: ({ metric }) => metric.row,
  mapsOf: ({ group }) => [group.scope, group.resource],
  countOf: rowCount,
  // Metrics have no time of their own.
  timesOf: () => new TimeRange(),
};

export const POINT_ROWS: SectionRows<PointCursor> = {
  condition: (text) => DATAPOINTS.condition(text),
  pass: DATAPOINTS.pass,
  rowOf: ({ metric }) => metric.row,
  mapsOf: ({ point, group }) => [point.common.attributes, group.scope, group.resource],
  countOf: (columns, group) => {
    let count = 0;
    for (const { first, end } of pointsOf(columns, group)) count += end - first;
    return count;
  },
  timesOf: (columns, group) => {
    const times = new TimeRange();
    for (const { table, first, end } of pointsOf(columns, group)) {
      for (let row = first; row < end; row++) times.add(table.timeUnixNano, row);
    }
    return times;
  },
};

interface PointRun {
  readonly table: PointColumns;
  readonly first: number;
  readonly end: number;
}

/** The points of a group's metrics: neighbours in each table. */
function pointsOf(columns: Columns, { firstRow, endRow }: RowGroup): readonly PointRun[] {
  if (columns.signal !== 'metrics') return [];
  const { numbers, histograms, exponentialHistograms, summaries } = columns;
  const tables: readonly PointColumns[] = [numbers, histograms, exponentialHistograms, summaries];
  return tables.map((table) => ({
    table,
    first: firstPoint(table, firstRow),
    end: firstPoint(table, endRow),
  }));
}

/** The first point of metric `metric` or of one behind it. */
function firstPoint({ metric: metrics, count }: PointColumns, metric: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((metrics[middle] ?? 0) < metric) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const LOG_ROWS: SectionRows<LogCursor> = {
  condition: (text) => LOGS.condition(text),
  pass: LOGS.pass,
  rowOf: ({ log }) => log.row,
  mapsOf: ({ log, group }) => [log.attributes, group.scope, group.resource],
  countOf: rowCount,
  timesOf: (columns, { firstRow, endRow }) => {
    const times = new TimeRange();
    if (columns.signal !== 'logs') return times;
    for (let row = firstRow; row < endRow; row++) times.add(columns.timeUnixNano, row);
    return times;
  },
};
