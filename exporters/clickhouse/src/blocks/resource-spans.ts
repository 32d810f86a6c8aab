import { coarseNs, HOUR_NS } from './time-words.ts';

/** Rows that have a resource, a time and an owner. */
export interface TimedRows {
  readonly count: number;
  readonly resource: Uint32Array;
  readonly timestamp: Int32Array;
  /** Ids in the batch's tenants. */
  readonly tenant: Uint32Array;
  /** When it was over by its sender's clock, as sent; zero when the sender did not say. */
  readonly sent: Int32Array;
  /** Ends of the segments' rows. */
  readonly rowEnd: Uint32Array;
}

/** A resource in an hour of a batch, with its first and last row there. */
export interface ResourceSpan {
  readonly resource: number;
  readonly tenant: number;
  readonly hour: number;
  readonly times: Int32Array;
  readonly rows: TimedRows;
  firstRow: number;
  lastRow: number;
  firstNs: number;
  lastNs: number;
}

/** One a resource, tenant and hour, in the order of their first rows. */
export function resourceSpans(rows: TimedRows): readonly ResourceSpan[] {
  const { count, resource: resources, tenant: tenants, timestamp: times } = rows;
  const spans = new Map<string, ResourceSpan>();
  let span: ResourceSpan | undefined;
  let hourEndNs = 0;
  for (let row = 0; row < count; row++) {
    const resource = resources[row];
    const tenant = tenants[row];
    const ns = coarseNs(times, row);
    const isInHour = ns < hourEndNs && ns >= hourEndNs - HOUR_NS;
    if (span === undefined || !isInHour || span.resource !== resource || span.tenant !== tenant) {
      const hour = Math.floor(ns / HOUR_NS);
      span = spanOf(spans, { resource, tenant, hour }, rows);
      hourEndNs = (hour + 1) * HOUR_NS;
    }
    if (ns < span.firstNs) {
      span.firstNs = ns;
      span.firstRow = row;
    }
    if (ns > span.lastNs) {
      span.lastNs = ns;
      span.lastRow = row;
    }
  }
  return [...spans.values()];
}

function spanOf(
  spans: Map<string, ResourceSpan>,
  key: Pick<ResourceSpan, 'resource' | 'tenant' | 'hour'>,
  rows: TimedRows,
): ResourceSpan {
  const name = `${key.resource}/${key.tenant}/${key.hour}`;
  const known = spans.get(name);
  if (known !== undefined) return known;
  const span: ResourceSpan = {
    resource: key.resource,
    tenant: key.tenant,
    hour: key.hour,
    times: rows.timestamp,
    rows,
    firstRow: 0,
    lastRow: 0,
    firstNs: Number.POSITIVE_INFINITY,
    lastNs: Number.NEGATIVE_INFINITY,
  };
  spans.set(name, span);
  return span;
}
