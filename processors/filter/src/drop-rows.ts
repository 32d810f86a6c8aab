import type { ClientView, RowTestFactory } from '@sonde/ottl';
import {
  type Columns,
  selectLogs,
  selectPoints,
  selectSpanEvents,
  selectSpans,
} from '@sonde/proto';
import type { MemberDrop, PointMasks } from './drop-members.ts';

interface RowDrops {
  readonly columns: Columns;
  readonly client: ClientView | undefined;
  /** Spans, log records or metrics for which one holds go. */
  readonly rows: readonly RowTestFactory[];
  /** What goes of the rows that stay: events of spans, points of metrics. */
  readonly members: readonly MemberDrop[];
}

/** Rows are dropped whole; then members of those that stay. */
export function dropRows({ columns, client, rows, members }: RowDrops): Columns {
  const keep = keptRows(columns, client, rows);
  switch (columns.signal) {
    case 'logs':
      return keep === undefined ? columns : selectLogs(columns, keep);
    case 'traces': {
      const spans = keep === undefined ? columns : selectSpans(columns, keep);
      const events = keptEvents(spans, client, members);
      return events === undefined ? spans : selectSpanEvents(spans, events);
    }
    case 'metrics': {
      const points = keptPoints(columns, client, { keep, members });
      if (keep === undefined && points === undefined) return columns;
      return selectPoints(columns, { ...(keep && { metrics: keep }), ...points });
    }
    default:
      return columns;
  }
}

/** A byte a row; undefined when every row stays. */
function keptRows(
  columns: Columns,
  client: ClientView | undefined,
  factories: readonly RowTestFactory[],
): Uint8Array | undefined {
  if (factories.length === 0) return undefined;
  const keep = new Uint8Array(columns.count).fill(1);
  let dropped = 0;
  for (const factory of factories) {
    const test = factory(columns, client);
    for (let row = 0; row < columns.count; row++) {
      if (keep[row] === 0 || !test(row)) continue;
      keep[row] = 0;
      dropped++;
    }
  }
  return dropped === 0 ? undefined : keep;
}

function keptEvents(
  columns: Columns,
  client: ClientView | undefined,
  members: readonly MemberDrop[],
): Uint8Array | undefined {
  if (members.length === 0 || columns.signal !== 'traces') return undefined;
  const keep = new Uint8Array(columns.events.count).fill(1);
  for (const drop of members) drop.events(columns, client, keep);
  return keep.includes(0) ? keep : undefined;
}

function keptPoints(
  columns: Columns,
  client: ClientView | undefined,
  { keep, members }: { keep: Uint8Array | undefined; members: readonly MemberDrop[] },
): PointMasks | undefined {
  if (members.length === 0 || columns.signal !== 'metrics') return undefined;
  const masks: PointMasks = {
    numbers: new Uint8Array(columns.numbers.count).fill(1),
    histograms: new Uint8Array(columns.histograms.count).fill(1),
    exponentialHistograms: new Uint8Array(columns.exponentialHistograms.count).fill(1),
    summaries: new Uint8Array(columns.summaries.count).fill(1),
  };
  for (const drop of members) drop.points(columns, client, { keep, masks });
  return masks;
}
