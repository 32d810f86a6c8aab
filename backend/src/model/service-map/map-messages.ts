import { param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import type { StreamMessage } from '../../streams/stream-message.ts';
import type { Origin } from '../services/origin.ts';
import { OriginColumn, type SumMap, SumMapColumn } from '../services/queries.ts';
import { EDGES_PER_MINUTE_MAX } from './limits.ts';
import { seconds } from './minute-join.ts';
import { type RoundTripRow, roundTripColumns } from './round-trips.ts';

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
  origin: OriginColumn,
  requests: z.number(),
  errors: z.number(),
  duration_sum: z.number(),
  duration_max: z.number(),
  histogram: SumMapColumn,
  gap_requests: z.number(),
  gap_sum: z.number(),
  gap_max: z.number(),
});

/** What the connections of a pair carried, each a protocol. */
export interface FlowRow extends RoundTripRow {
  readonly tenant: string;
  readonly client: EndRow;
  readonly server: EndRow;
  readonly protocol: string;
  readonly opened: number;
  readonly failures: number;
  readonly bytes_sent: number;
  readonly bytes_received: number;
  readonly retransmits: number;
}

export const FlowRowSchema: z.ZodType<FlowRow> = z.object({
  tenant: z.string(),
  client: End,
  server: End,
  protocol: z.string(),
  opened: z.number(),
  failures: z.number(),
  bytes_sent: z.number(),
  bytes_received: z.number(),
  retransmits: z.number(),
  ...roundTripColumns,
});

const ENDS = sql`toString(tenant) AS tenant,
  (client_kind, client_cluster, client_namespace, client_service) AS client,
  (server_kind, server_cluster, server_namespace, server_service) AS server,
  toString(protocol) AS protocol`;

/** What a join of a minute found, rows of a pair one after the other. */
export function pairsSql(joined: JoinedMinute): Sql {
  return sql`
    SELECT ${ENDS}, toString(operation) AS operation, toString(origin) AS origin,
      requests, errors, duration_ns_sum AS duration_sum, toFloat64(duration_ns_max) AS duration_max,
      duration_histogram AS histogram, gap_requests, gap_ns_sum AS gap_sum,
      toFloat64(gap_ns_max) AS gap_max
    FROM edges_1m
    WHERE ${isOf(joined)}
    ORDER BY tenant, client, server, operation, origin
    LIMIT ${param.uint64(EDGES_PER_MINUTE_MAX)} BY tenant`;
}

/** Its connections. */
export function flowsSql(joined: JoinedMinute): Sql {
  return sql`
    SELECT ${ENDS}, opened, failures, bytes_sent, bytes_received, retransmits,
      rtt_measures, rtt_ns_sum,
      (arrayMap(bound -> toFloat64(bound), connections_1m.rtt_histogram.1),
        connections_1m.rtt_histogram.2) AS rtt_histogram
    FROM connections_1m
    WHERE ${isOf(joined)}
    ORDER BY tenant, client, server, protocol
    LIMIT ${param.uint64(EDGES_PER_MINUTE_MAX)} BY tenant`;
}

function isOf({ minuteMs, version }: JoinedMinute): Sql {
  return sql`toStartOfHour(time) = toStartOfHour(${seconds(minuteMs)})
    AND time = ${seconds(minuteMs)} AND version = ${param.uint64(version)}`;
}

/** A pair with what is known of it; either list may be empty. */
interface Pair extends Pick<PairRow, 'tenant' | 'client' | 'server'> {
  readonly calls: PairRow[];
  readonly connections: FlowRow[];
}

/** A message a pair (`docs/topics.md`). */
export function mapMessages(
  calls: readonly PairRow[],
  connections: readonly FlowRow[],
  joined: JoinedMinute,
): StreamMessage[] {
  const pairs = new Map<string, Pair>();
  const pairOf = ({ tenant, client, server }: PairRow | FlowRow): Pair => {
    const key = JSON.stringify([tenant, client, server]);
    const known = pairs.get(key) ?? { tenant, client, server, calls: [], connections: [] };
    pairs.set(key, known);
    return known;
  };
  for (const row of calls) pairOf(row).calls.push(row);
  for (const row of connections) pairOf(row).connections.push(row);
  return [...pairs.values()].map((pair) => messageOf(pair, joined));
}

function messageOf(
  { tenant, client, server, calls, connections }: Pair,
  { minuteMs: time, version: revision }: JoinedMinute,
): StreamMessage {
  const key = [nodeId(client), nodeId(server)];
  const payload = {
    ...{ revision, client: nodeOf(client), server: nodeOf(server) },
    ...{ calls: calls.map(callOf), connections: connections.map(flowOf) },
  };
  return {
    ...{ stream: 'sonde.service_map', version: VERSION, tenant, key, time, payload },
    ...{ id: `${key.join('>')}@${time}`, windowMs: MINUTE_MS },
  };
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

function flowOf(row: FlowRow): Record<string, unknown> {
  const { protocol, opened, failures, retransmits } = row;
  const bytes = { bytesSent: row.bytes_sent, bytesReceived: row.bytes_received };
  const [bounds, counts] = row.rtt_histogram;
  const roundTrips = {
    ...{ rttMeasures: row.rtt_measures, rttNsSum: row.rtt_ns_sum },
    rttHistogram: { bounds, counts },
  };
  return { protocol, opened, failures, ...bytes, retransmits, ...roundTrips };
}
