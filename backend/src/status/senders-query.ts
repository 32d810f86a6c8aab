import { param, RECEIPT_LAG_UNKNOWN, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { atHour, atMs } from '../instant-sql.ts';
import { OWN_NAMESPACE } from '../own.ts';
import type { StoreQuery } from '../store-reader.ts';

const HOUR_MS = 3_600_000;
const NS_PER_MS = 1e6;
const DAY_MS = 86_400_000;
/** Rows are dated as sent up to that far ahead (the time rule). */
const FUTURE_MS_MAX = HOUR_MS;
const SENDERS_MAX = 200;

export interface SenderRow {
  readonly service_name: string;
  readonly namespace_name: string;
  readonly instance_name: string;
  readonly host_name: string;
  readonly received_ms: number;
  readonly lag_ms: number | null;
  /** Of all, however many rows there are. */
  readonly total: number;
}

const SenderRowSchema: z.ZodType<SenderRow> = z.object({
  service_name: z.string(),
  namespace_name: z.string(),
  instance_name: z.string(),
  host_name: z.string(),
  received_ms: z.number(),
  lag_ms: z.number().nullable(),
  total: uint64Number,
});

/**
 * Resources that sent within the last hour, those whose clocks are furthest off first. A clock may
 * be hours behind: rows of a day are looked at, of which there are as many as resources and hours.
 * When something was received follows from its own time and how far the clock is off; rows that the
 * time rule moved are dated at their receipt already.
 */
export function sendersQuery(tenant: string, nowMs: number): StoreQuery<SenderRow> {
  const now = atMs(nowMs);
  const movedBelow = sql`toInt64(${param.string(String(-FUTURE_MS_MAX * NS_PER_MS))})`;
  const unknown = sql`toInt64(${param.string(String(RECEIPT_LAG_UNKNOWN))})`;
  return {
    summary: 'SELECT resource_history senders',
    row: SenderRowSchema,
    sql: sql`
      SELECT service_name, any(of_namespace) AS namespace_name, any(of_instance) AS instance_name,
        any(of_host) AS host_name,
        toFloat64(toUnixTimestamp64Milli(max(received))) AS received_ms,
        if(min(lag) = ${unknown}, NULL, min(lag) / 1e6) AS lag_ms,
        count() OVER () AS total
      FROM (
        SELECT toString(h.service) AS service_name, h.fingerprint AS sender,
          toString(any(h.namespace)) AS of_namespace, toString(any(h.instance)) AS of_instance,
          toString(any(h.host)) AS of_host, min(h.receipt_lag_ns) AS lag,
          least(${now}, addNanoseconds(max(h.last_seen),
            if(lag = ${unknown} OR lag < ${movedBelow}, 0, lag))) AS received
        FROM resource_history AS h
        WHERE h.tenant = ${param.string(tenant)}
          AND h.bucket >= ${atHour(nowMs - DAY_MS)} AND h.bucket <= ${atHour(nowMs + FUTURE_MS_MAX)}
        GROUP BY h.service, h.fingerprint, h.bucket
      )
      WHERE of_namespace != ${param.string(OWN_NAMESPACE)} AND received >= ${atMs(nowMs - HOUR_MS)}
      GROUP BY service_name, sender
      ORDER BY abs(ifNull(lag_ms, 0)) DESC, service_name, instance_name
      LIMIT ${param.uint64(SENDERS_MAX)}`,
  };
}
