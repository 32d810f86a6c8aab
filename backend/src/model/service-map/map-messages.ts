import { param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import type { StreamMessage } from '../../streams/stream-message.ts';
import type { Origin } from '../services/origin.ts';
import type { SumMap } from '../services/queries.ts';
import { seconds } from './join-sql.ts';
import { EDGES_PER_MINUTE_MAX } from './limits.ts';

const MINUTE_MS = 60_000;
/** Of the payload. */
const VERSION = 1;

/** A join of a minute. */
export interface JoinedMinute {
  readonly minuteMs: number;
  readonly version: number;
}

type EndRow = readonly [kind: string, cluster: string, namespace: string, name: string];

interface CallRow {
  readonly protocol: string;
  readonly operation: string;
  readonly origin: Origin;
  readonly requests: number;
  readonly errors: number;
  readonly duration_sum: number;
  readonly duration_max: number;
  readonly histogram: SumMap;
  readonly gap_requests: number;
  readonly gap_sum: number;
  readonly gap_max: number;
}

/** Calls of a pair, each an operation and origin. */
export interface PairRow extends CallRow {
  readonly tenant: string;
  readonly client: EndRow;
  readonly server: EndRow;
}

const End = z.tuple([z.string(), z.string(), z.string(), z.string()]);

export const PairRowSchema: z.ZodType<PairRow> = z.object({
  tenant: z.string(),
  client: End,
  server: End,
  protocol: z.string(),
  operation: z.string(),
  origin: z.enum(['sdk', 'ebpf', 'derived']),
  requests: z.number(),
  errors: z.number(),
  duration_sum: z.number(),
  duration_max: z.number(),
  histogram: z.tuple([z.array(z.number()), z.array(z.number())]),
  gap_requests: z.number(),
  gap_sum: z.number(),
  gap_max: z.number(),
});

/** What a join of a minute found, rows of a pair one after the other. */
export function pairsSql({ minuteMs, version }: JoinedMinute): Sql {
  return sql`
    SELECT toString(tenant) AS tenant,
      (client_kind, client_cluster, client_namespace, client_service) AS client,
      (server_kind, server_cluster, server_namespace, server_service) AS server,
      toString(protocol) AS protocol, toString(operation) AS operation, toString(origin) AS origin,
      requests, errors, duration_ns_sum AS duration_sum, toFloat64(duration_ns_max) AS duration_max,
      duration_histogram AS histogram, gap_requests, gap_ns_sum AS gap_sum,
      toFloat64(gap_ns_max) AS gap_max
    FROM edges_1m
    WHERE toStartOfHour(time) = toStartOfHour(${seconds(minuteMs)})
      AND time = ${seconds(minuteMs)} AND version = ${param.uint64(version)}
    ORDER BY tenant, client, server, operation, origin
    LIMIT ${param.uint64(EDGES_PER_MINUTE_MAX)} BY tenant`;
}

/** A message a pair (`docs/topics.md`). */
export function mapMessages(rows: readonly PairRow[], joined: JoinedMinute): StreamMessage[] {
  const pairs = new Map<string, PairRow[]>();
  for (const row of rows) {
    const pair = JSON.stringify([row.tenant, row.client, row.server]);
    const known = pairs.get(pair);
    if (known === undefined) pairs.set(pair, [row]);
    else known.push(row);
  }
  return [...pairs.values()].flatMap((calls) => messageOf(calls, joined));
}

function messageOf(
  calls: readonly PairRow[],
  { minuteMs: time, version: revision }: JoinedMinute,
): StreamMessage[] {
  const [first] = calls;
  if (first === undefined) return [];
  const { tenant, client, server } = first;
  const key = [nodeId(client), nodeId(server)];
  const payload = {
    ...{ revision, client: nodeOf(client), server: nodeOf(server) },
    calls: calls.map(callOf),
  };
  return [
    {
      ...{ stream: 'sonde.service_map', version: VERSION, tenant, key, time, payload },
      ...{ id: `${key.join('>')}@${time}`, windowMs: MINUTE_MS },
    },
  ];
}

/** As in the addresses of the page: no part has a separator or a zero byte in it. */
function nodeId(end: EndRow): string {
  return end.map((part) => encodeURIComponent(part).replaceAll('~', '%7E')).join('~');
}

function nodeOf([kind, cluster, namespace, name]: EndRow): Record<string, string> {
  return { kind, cluster, namespace, name };
}

function callOf(row: CallRow): Record<string, unknown> {
  const { protocol, operation, origin, requests, errors } = row;
  const [buckets, counts] = row.histogram;
  return {
    ...{ protocol, operation, origin, requests, errors },
    ...{ durationNsSum: row.duration_sum, durationNsMax: row.duration_max },
    durationHistogram: { buckets, counts },
    ...{ gapRequests: row.gap_requests, gapNsSum: row.gap_sum, gapNsMax: row.gap_max },
  };
}
