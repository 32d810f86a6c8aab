import { param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import { atHour, atMs, atSecond, inTimestamps } from '../instant-sql.ts';
import { ANSWER_LIMITS } from '../limits.ts';
import type { Origin } from '../model/services/origin.ts';
import type { StoreQuery } from '../store-reader.ts';

export interface CoverageScope {
  readonly tenant: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Agents say what they see once a minute at least: what is older is not so any more. */
const CURRENT_MS = 150_000;
/** Logs of the last minutes are enough to say that there are some. */
const LOGS_MS = 900_000;

const PROCESSES = 'sonde.coverage.processes';
const CONNECTIONS = 'sonde.coverage.connections';

export interface CoverageRow {
  readonly service: string;
  readonly namespace: string;
  readonly host: string;
  readonly signal: string;
  readonly coverage: string;
  readonly reason: string;
  readonly seen_at: number;
  readonly value: number;
}

const CoverageRowSchema: z.ZodType<CoverageRow> = z.object({
  service: z.string(),
  namespace: z.string(),
  host: z.string(),
  signal: z.string(),
  coverage: z.string(),
  reason: z.string(),
  seen_at: z.number(),
  value: z.number(),
});

/** What agents said last of each service: a row a host, signal, outcome and reason. */
export function coverageQuery({ tenant, toMs }: CoverageScope): StoreQuery<CoverageRow> {
  const fromMs = toMs - CURRENT_MS;
  const metrics = sql`tenant = ${param.string(tenant)}
    AND metric IN (${param.string(PROCESSES)}, ${param.string(CONNECTIONS)})`;
  return {
    summary: 'SELECT metric_samples coverage',
    row: CoverageRowSchema,
    sql: sql`
      SELECT toString(service) AS service, toString(namespace) AS namespace,
        toString(host) AS host, signal, coverage, reason,
        max(last_at) AS seen_at, sum(last) AS value
      FROM (
        SELECT series, argMax(value, timestamp) AS last,
          toFloat64(max(toUnixTimestamp64Milli(timestamp))) AS last_at
        FROM metric_samples
        WHERE ${metrics} AND timestamp >= ${atMs(fromMs)} AND timestamp < ${atMs(toMs)}
        GROUP BY series
      ) AS points
      INNER JOIN (
        SELECT series, any(service) AS service, any(namespace) AS namespace, any(host) AS host,
          any(attributes['sonde.signal']) AS signal,
          any(attributes['sonde.coverage']) AS coverage,
          any(attributes['sonde.reason']) AS reason
        FROM metric_series
        WHERE ${metrics} AND bucket >= ${atHour(fromMs)} AND bucket <= ${atSecond(toMs)}
        GROUP BY series
      ) AS described USING series
      GROUP BY service, namespace, host, signal, coverage, reason
      ORDER BY service, namespace, host, signal
      LIMIT ${param.uint64(ANSWER_LIMITS.coverageRowsMax)}`,
  };
}

export interface ConnectionsRow {
  readonly service: string;
  readonly namespace: string;
  readonly coverage: string;
  readonly reason: string;
  readonly protocol: string;
  readonly secure: boolean;
  readonly side: string;
  readonly peer: string;
  readonly port: string;
  readonly value: number;
}

const ConnectionsRowSchema: z.ZodType<ConnectionsRow> = z.object({
  service: z.string(),
  namespace: z.string(),
  coverage: z.string(),
  reason: z.string(),
  protocol: z.string(),
  secure: z.boolean(),
  side: z.string(),
  peer: z.string(),
  port: z.string(),
  value: z.number(),
});

/**
 * What agents said last of connections: a row a service and protocol, of those that are not read a row
 * a reason and other side.
 */
export function connectionsQuery({ tenant, toMs }: CoverageScope): StoreQuery<ConnectionsRow> {
  const fromMs = toMs - CURRENT_MS;
  const metric = sql`tenant = ${param.string(tenant)} AND metric = ${param.string(CONNECTIONS)}`;
  const first = (...names: readonly string[]): Sql => {
    const values = names.map((name) => sql`nullIf(attributes[${param.string(name)}], '')`);
    return sql`coalesce(${values.reduce((all, value) => sql`${all}, ${value}`)}, '')`;
  };
  return {
    summary: 'SELECT metric_samples connections covered',
    row: ConnectionsRowSchema,
    sql: sql`
      SELECT toString(service) AS service, toString(namespace) AS namespace, coverage, reason,
        protocol, secure, side, peer, port, sum(last) AS value
      FROM (
        SELECT series, argMax(value, timestamp) AS last
        FROM metric_samples
        WHERE ${metric} AND timestamp >= ${atMs(fromMs)} AND timestamp < ${atMs(toMs)}
        GROUP BY series
      ) AS points
      INNER JOIN (
        SELECT series, any(service) AS service, any(namespace) AS namespace,
          any(attributes['sonde.coverage']) AS coverage,
          any(attributes['sonde.reason']) AS reason,
          any(attributes['network.protocol.name']) AS protocol,
          CAST(any(attributes['sonde.secure']) = 'true', 'Bool') AS secure,
          any(attributes['sonde.side']) AS side,
          any(${first('service.peer.name', 'server.address', 'client.address')}) AS peer,
          any(attributes['server.port']) AS port
        FROM metric_series
        WHERE ${metric} AND bucket >= ${atHour(fromMs)} AND bucket <= ${atSecond(toMs)}
        GROUP BY series
      ) AS described USING series
      WHERE last > 0
      GROUP BY service, namespace, coverage, reason, protocol, secure, side, peer, port
      ORDER BY coverage = 'seen', value DESC
      LIMIT ${param.uint64(ANSWER_LIMITS.coverageRowsMax)}`,
  };
}

export interface SpansRow {
  readonly service: string;
  readonly namespace: string;
  readonly origin: Origin;
  readonly spans: number;
}

const SpansRowSchema: z.ZodType<SpansRow> = z.object({
  service: z.string(),
  namespace: z.string(),
  origin: z.enum(['sdk', 'ebpf', 'derived']),
  spans: z.number(),
});

/** Spans of every service by who made them, from roll-ups. */
export function spansQuery(scope: CoverageScope): StoreQuery<SpansRow> {
  return {
    summary: 'SELECT red_1m coverage',
    row: SpansRowSchema,
    sql: sql`
      SELECT toString(service) AS service, toString(namespace) AS namespace, origin,
        toFloat64(sum(spans)) AS spans
      FROM red_1m
      WHERE tenant = ${param.string(scope.tenant)} AND ${inMinutes(scope)}
      GROUP BY service, namespace, origin
      LIMIT ${param.uint64(ANSWER_LIMITS.coverageRowsMax)}`,
  };
}

// The key opens with the hour; the engine does not see by itself that a range of `time` is one of it.
function inMinutes({ fromMs, toMs }: CoverageScope): Sql {
  return sql`toStartOfHour(time) >= toStartOfHour(${atSecond(fromMs)})
    AND toStartOfHour(time) <= toStartOfHour(${atSecond(toMs)})
    AND time >= ${atSecond(fromMs)} AND time < ${atSecond(toMs)}`;
}

export interface LogsRow {
  readonly service: string;
  readonly namespace: string;
  readonly records: number;
}

const LogsRowSchema: z.ZodType<LogsRow> = z.object({
  service: z.string(),
  namespace: z.string(),
  records: z.number(),
});

/** Services with log records in the last minutes of the range. */
export function logsQuery({ tenant, fromMs, toMs }: CoverageScope): StoreQuery<LogsRow> {
  const window = { from: Math.max(fromMs, toMs - LOGS_MS), to: toMs };
  return {
    summary: 'SELECT logs coverage',
    row: LogsRowSchema,
    sql: sql`
      SELECT toString(service) AS service, toString(namespace) AS namespace,
        toFloat64(count()) AS records
      FROM logs
      WHERE tenant = ${param.string(tenant)} AND ${inTimestamps(window)}
      GROUP BY service, namespace
      LIMIT ${param.uint64(ANSWER_LIMITS.coverageRowsMax)}`,
  };
}
