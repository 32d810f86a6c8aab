import { param, sql } from '@sonde/store';
import { z } from 'zod';
import type { SpanPeersResponse } from '../api/contract/index.ts';
import {
  bucketStartNs,
  type DurationHistogram,
  quantileNs,
} from '../model/services/duration-histogram.ts';
import type { SumMap } from '../model/services/queries.ts';
import { isNamed } from '../named-sql.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import { type Asking, inMinutes } from './explore/span-scope.ts';

const HOUR_MS = 3_600_000;

export interface PeersWish {
  readonly tenant: string;
  readonly service: string;
  readonly name: string;
  /** OTLP's number. */
  readonly kind: number;
  readonly durationNs: number;
  /** When the span began. */
  readonly atMs: number;
}

interface PeersRow {
  readonly requests: number;
  readonly request_errors: number;
  readonly duration_max: number;
  readonly histogram: SumMap;
}

const PeersRowSchema: z.ZodType<PeersRow> = z.object({
  requests: z.number(),
  request_errors: z.number(),
  duration_max: z.number(),
  histogram: z.tuple([z.array(z.number()), z.array(z.number())]),
});

/** Where a span stands among those of its service, name and kind in the hour that ends with it. */
export async function readPeers(
  store: StoreReader,
  wish: PeersWish,
  { meter, signal }: Asking,
): Promise<SpanPeersResponse> {
  const [row] = meter.rows(await store.read(peersQuery(wish), signal));
  const [buckets, counts] = row?.histogram ?? [[], []];
  const histogram = { buckets, counts, maxNs: row?.duration_max ?? 0 };
  return {
    peers: row?.requests ?? 0,
    errors: row?.request_errors ?? 0,
    shareFaster: shareBelow(histogram, wish.durationNs),
    durationP50Ns: quantileNs(histogram, 0.5),
    durationP95Ns: quantileNs(histogram, 0.95),
    durationP99Ns: quantileNs(histogram, 0.99),
    cost: meter.cost,
  };
}

function peersQuery(wish: PeersWish): StoreQuery<PeersRow> {
  const range = { from: wish.atMs - HOUR_MS, to: wish.atMs + 60_000 };
  return {
    summary: 'SELECT red_1m peers',
    row: PeersRowSchema,
    sql: sql`
      SELECT sum(spans) AS requests, sum(errors) AS request_errors,
        toFloat64(max(duration_ns_max)) AS duration_max,
        sumMap(duration_histogram.1, duration_histogram.2) AS histogram
      FROM red_1m
      WHERE ${inMinutes(wish.tenant, range)} AND ${isNamed(sql`service`, wish.service)}
        AND kind = ${param.uint8(wish.kind)} AND ${isNamed(sql`name`, wish.name)}`,
  };
}

/** Share of a histogram below a duration, 0 to 1; within its bucket by the logarithm. */
export function shareBelow({ buckets, counts, maxNs }: DurationHistogram, ns: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= 0) return 0;
  let below = 0;
  for (const [i, bucket] of buckets.entries()) {
    const [start, end] = [bucketStartNs(bucket), Math.min(bucketStartNs(bucket + 1), maxNs)];
    const count = counts[i] ?? 0;
    if (end <= ns) below += count;
    else if (start < ns) below += count * (Math.log(ns / start) / Math.log(end / start));
  }
  return Math.min(1, below / total);
}
