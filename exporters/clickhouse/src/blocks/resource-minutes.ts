import type { Segments } from '@sonde/proto';
import { type IdentityTable, RECEIPT_LAG_UNKNOWN } from '@sonde/store';
import { KeySet, type RecentKey, type RecentKeys } from './recent-keys.ts';
import type { ResourceSpan } from './resource-spans.ts';
import { minuteOf, timeNs } from './time-words.ts';

/** A resource's first and last row in an hour of a batch. */
export interface SeenResource {
  readonly resource: number;
  readonly tenant: number;
  readonly hour: number;
  /** Two words each: nanoseconds. */
  readonly first: readonly [low: number, high: number];
  readonly last: readonly [low: number, high: number];
  /** From the last row, by its sender's clock, to its receipt. */
  readonly receiptLagNs: bigint;
}

/** When the resources of a batch had rows, where their minutes are not known to the store yet. */
export class ResourceMinutes {
  /** Minutes of the resources below, to remember once they are stored. */
  readonly keys: KeySet = new KeySet();
  readonly seen: readonly SeenResource[];

  constructor(
    identities: IdentityTable,
    spans: readonly ResourceSpan[],
    known: {
      readonly stored: RecentKeys;
      readonly ownerKeys: Int32Array;
      readonly segments: Segments;
    },
  ) {
    const seen: SeenResource[] = [];
    for (const span of spans) {
      const first = this.#isNew(identities, span, { ...known, row: span.firstRow });
      const last = this.#isNew(identities, span, { ...known, row: span.lastRow });
      if (first || last) seen.push(seenOf(span, known.segments));
    }
    this.seen = seen;
  }

  #isNew(
    { fingerprint }: IdentityTable,
    span: ResourceSpan,
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

const NS_PER_MS = 1_000_000n;

function seenOf(span: ResourceSpan, segments: Segments): SeenResource {
  const { resource, tenant, hour, times, firstRow, lastRow } = span;
  return {
    resource,
    tenant,
    hour,
    first: [times[firstRow * 2], times[firstRow * 2 + 1]],
    last: [times[lastRow * 2], times[lastRow * 2 + 1]],
    receiptLagNs: receiptLagNs(span, segments),
  };
}

function receiptLagNs({ rows, lastRow }: ResourceSpan, segments: Segments): bigint {
  const sentNs = timeNs(rows.sent, lastRow);
  const segment = rows.rowEnd.findIndex((end) => lastRow < end);
  if (sentNs <= 0n || segment < 0) return RECEIPT_LAG_UNKNOWN;
  return BigInt(Math.floor(segments.receivedUnixMs[segment])) * NS_PER_MS - sentNs;
}
