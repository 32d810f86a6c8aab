import type { IdentityTable } from '@sonde/store';
import { KeySet, type RecentKey, type RecentKeys } from './recent-keys.ts';
import type { TimedRows } from './resource-hours.ts';
import { coarseNs, hourOf, minuteOf } from './time-words.ts';

/** A resource's first and last row in an hour of a batch. */
export interface SeenResource {
  readonly resource: number;
  readonly tenant: number;
  readonly hour: number;
  /** Two words each: nanoseconds. */
  readonly first: readonly [low: number, high: number];
  readonly last: readonly [low: number, high: number];
}

interface Span {
  readonly resource: number;
  readonly tenant: number;
  readonly hour: number;
  readonly times: Int32Array;
  firstRow: number;
  lastRow: number;
  firstNs: number;
  lastNs: number;
}

/** When the resources of a batch had rows, where their minutes are not known to the store yet. */
export class ResourceMinutes {
  /** Minutes of the resources below, to remember once they are stored. */
  readonly keys: KeySet = new KeySet();
  readonly seen: readonly SeenResource[];

  constructor(
    identities: IdentityTable,
    tables: readonly TimedRows[],
    known: { readonly stored: RecentKeys; readonly ownerKeys: Int32Array },
  ) {
    const seen: SeenResource[] = [];
    for (const rows of tables) {
      for (const span of spansOf(rows)) {
        const first = this.#isNew(identities, span, { ...known, row: span.firstRow });
        const last = this.#isNew(identities, span, { ...known, row: span.lastRow });
        if (first || last) seen.push(seenOf(span));
      }
    }
    this.seen = seen;
  }

  #isNew(
    { fingerprint }: IdentityTable,
    span: Span,
    known: {
      readonly stored: RecentKeys;
      readonly ownerKeys: Int32Array;
      readonly row: number;
    },
  ): boolean {
    const key: RecentKey = {
      low: fingerprint[span.resource * 2] | 0,
      high: fingerprint[span.resource * 2 + 1] | 0,
      hour: minuteOf(span.times, known.row),
      owner: known.ownerKeys[span.tenant],
    };
    return !known.stored.has(key) && this.keys.add(key);
  }
}

/** One a resource, tenant and hour. */
function spansOf(rows: TimedRows): Iterable<Span> {
  const spans = new Map<string, Span>();
  let span: Span | undefined;
  for (let row = 0; row < rows.count; row++) {
    const resource = rows.resource[row];
    const tenant = rows.tenant[row];
    const hour = hourOf(rows.timestamp, row);
    if (span?.resource !== resource || span.tenant !== tenant || span.hour !== hour) {
      span = spanOf(spans, { resource, tenant, hour }, rows.timestamp);
    }
    const ns = coarseNs(rows.timestamp, row);
    if (ns < span.firstNs) {
      span.firstNs = ns;
      span.firstRow = row;
    }
    if (ns > span.lastNs) {
      span.lastNs = ns;
      span.lastRow = row;
    }
  }
  return spans.values();
}

function spanOf(
  spans: Map<string, Span>,
  key: { readonly resource: number; readonly tenant: number; readonly hour: number },
  times: Int32Array,
): Span {
  const name = `${key.resource}/${key.tenant}/${key.hour}`;
  const known = spans.get(name);
  if (known !== undefined) return known;
  const bounds = { firstRow: 0, lastRow: 0, firstNs: Infinity, lastNs: -Infinity };
  const span = { ...key, times, ...bounds };
  spans.set(name, span);
  return span;
}

function seenOf({ resource, tenant, hour, times, firstRow, lastRow }: Span): SeenResource {
  return {
    resource,
    tenant,
    hour,
    first: [times[firstRow * 2], times[firstRow * 2 + 1]],
    last: [times[lastRow * 2], times[lastRow * 2 + 1]],
  };
}
