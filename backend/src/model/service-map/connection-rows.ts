import { param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import type { MapConnectionSteps, MapNode, MapWork } from '../../api/contract/index.ts';
import { ANSWER_LIMITS } from '../../limits.ts';
import { isNamed } from '../../named-sql.ts';
import type { StoreQuery } from '../../store-reader.ts';
import { spread, type TimeSteps } from '../../time-steps.ts';
import type { StepsScope } from './edge-steps.ts';
import { type Ends, endColumns } from './map-ends.ts';
import { inHours, inScope, type MapScope, newestMinutes } from './queries.ts';
import {
  addedRoundTrips,
  ROUND_TRIP_SUMS,
  type RoundTripRow,
  roundTripColumns,
  roundTripOf,
} from './round-trips.ts';

interface Counts extends RoundTripRow {
  readonly opened: number;
  readonly failures: number;
  readonly bytes_sent: number;
  readonly bytes_received: number;
  readonly retransmits: number;
}

/** What the connections of a pair did. */
export interface ConnectionRow extends Ends, Counts {
  readonly protocols: readonly string[];
}

export interface ConnectionStepRow extends Counts {
  readonly step: number;
}

const counts = {
  opened: z.number(),
  failures: z.number(),
  bytes_sent: z.number(),
  bytes_received: z.number(),
  retransmits: z.number(),
  ...roundTripColumns,
};
const ConnectionRowSchema: z.ZodType<ConnectionRow> = z.object({
  ...endColumns,
  protocols: z.array(z.string()),
  ...counts,
});
const ConnectionStepSchema: z.ZodType<ConnectionStepRow> = z.object({
  step: z.number(),
  ...counts,
});

const ENDS = sql`client_service, client_namespace, client_cluster, client_kind,
  server_service, server_namespace, server_cluster, server_kind`;
const SUMS = sql`sum(c.opened) AS opened, sum(c.failures) AS failures,
  sum(c.bytes_sent) AS bytes_sent, sum(c.bytes_received) AS bytes_received,
  sum(c.retransmits) AS retransmits, ${ROUND_TRIP_SUMS}`;

/** A row a pair of nodes, those with most bytes first. */
export function mapConnectionsQuery(scope: MapScope): StoreQuery<ConnectionRow> {
  return {
    summary: 'SELECT connections_1m',
    row: ConnectionRowSchema,
    sql: sql`
      SELECT ${ENDS}, arraySort(groupUniqArray(toString(protocol))) AS protocols, ${SUMS}
      FROM connections_1m AS c
      WHERE ${inRange(scope)}
      GROUP BY ${ENDS}
      ORDER BY bytes_sent + bytes_received DESC, client_service, server_service
      LIMIT ${param.uint64(ANSWER_LIMITS.mapEdgesMax)}`,
  };
}

/**
 * Connections of these ends by step. Whoever is asked is found by name: what spans call a database
 * may be a service to the agent.
 */
export function connectionStepsQuery(scope: StepsScope): StoreQuery<ConnectionStepRow> {
  const { tenant, client, server } = scope;
  const { fromMs, toMs, stepMs } = scope.steps;
  return {
    summary: 'SELECT connections_1m steps',
    row: ConnectionStepSchema,
    sql: sql`
      SELECT toUInt32(intDiv(toInt64(toUnixTimestamp(time)) - ${param.uint64(fromMs / 1000)},
        ${param.uint64(stepMs / 1000)})) AS step, ${SUMS}
      FROM connections_1m AS c
      WHERE ${inRange({ tenant, fromMs, toMs })}
        AND ${endIs('client', client)} AND ${endIs('server', server)}
      GROUP BY step ORDER BY step
      LIMIT ${param.uint64(ANSWER_LIMITS.stepsMax)}`,
  };
}

function inRange(scope: MapScope): Sql {
  return sql`${inScope(scope)}
    AND ${inHours(scope)}
    AND ${newestMinutes(scope)}`;
}

function endIs(end: 'client' | 'server', node: MapNode | undefined): Sql {
  if (node === undefined) return sql`1`;
  const place = sql`(${param.string(node.namespace)}, ${param.string(node.cluster)})`;
  return end === 'client'
    ? sql`${isNamed(sql`client_service`, node.name)} AND (client_namespace, client_cluster) IN (${place}, ('', ''))`
    : sql`${isNamed(sql`server_service`, node.name)} AND (server_namespace, server_cluster) IN (${place}, ('', ''))`;
}

/** Of two rows that turned out to be one pair. */
export function addedConnections(a: ConnectionRow, b: ConnectionRow): ConnectionRow {
  return {
    ...a,
    protocols: [...new Set([...a.protocols, ...b.protocols])].sort(),
    opened: a.opened + b.opened,
    failures: a.failures + b.failures,
    bytes_sent: a.bytes_sent + b.bytes_sent,
    bytes_received: a.bytes_received + b.bytes_received,
    retransmits: a.retransmits + b.retransmits,
    ...addedRoundTrips(a, b),
  };
}

type FlowFigures = Pick<
  MapWork,
  | 'bytesPerSecond'
  | 'connectionsPerSecond'
  | 'connectFailuresPerSecond'
  | 'retransmitsPerSecond'
  | 'roundTrip'
>;

/** Figures a second over a range of so many seconds. */
export function flowOf(row: Counts | undefined, rangeSeconds: number): FlowFigures {
  const rate = (count: number): number => count / rangeSeconds;
  return {
    bytesPerSecond: row ? { sent: rate(row.bytes_sent), received: rate(row.bytes_received) } : null,
    connectionsPerSecond: row ? rate(row.opened) : null,
    connectFailuresPerSecond: row ? rate(row.failures) : null,
    retransmitsPerSecond: row ? rate(row.retransmits) : null,
    roundTrip: roundTripOf(row),
  };
}

export function connectionSteps(
  rows: readonly ConnectionStepRow[],
  steps: TimeSteps,
): MapConnectionSteps {
  const indexes = rows.map(({ step }) => step);
  const of = (value: (row: ConnectionStepRow) => number | null): (number | null)[] =>
    spread<number | null>(steps, { indexes, values: rows.map(value) }, null);
  return {
    bytesSentByStep: of((row) => row.bytes_sent),
    bytesReceivedByStep: of((row) => row.bytes_received),
    connectionsByStep: of(({ opened }) => opened),
    connectFailuresByStep: of(({ failures }) => failures),
    roundTripMeanNsByStep: of((row) => roundTripOf(row)?.meanNs ?? null),
    roundTripP95NsByStep: of((row) => roundTripOf(row)?.p95Ns ?? null),
  };
}
