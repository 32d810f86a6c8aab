import { z } from 'zod';
import { param, sql } from '../client/sql.ts';
import type { StoreClient } from '../client/store-client.ts';
import { clusterIdentifier } from '../schema/cluster.ts';
import type { ReadStorageOptions } from './read-storage.ts';

/** Partitions with detached parts that are told; a disk that lost more has lost the store. */
const GROUPS_MAX = 200;

/**
 * Parts that the engine sets aside while their rows are in others: leftovers of merges, of moves
 * and of removals.
 */
const ROWS_ELSEWHERE = ['ignored', 'covered-by-broken', 'clone', 'deleting', 'tmp-fetch'] as const;

/** Parts of one partition that are not part of their table any more: no answer has their rows. */
export interface DetachedParts {
  readonly table: string;
  /** The partition's id. */
  readonly partition: string;
  /** As the engine has it: `broken-on-start`, `broken`; empty when somebody detached them. */
  readonly reason: string;
  readonly parts: number;
  readonly bytes: number;
  /** By the bytes of a row in what the table has left; null when that is nothing. */
  readonly rowsEstimate: number | null;
  /** When the newest of them was set aside, milliseconds since the epoch. */
  readonly atMs: number;
}

const DetachedRow = z.object({
  table: z.string(),
  partition: z.string(),
  reason: z.string(),
  parts: z.coerce.number(),
  bytes: z.coerce.number(),
  rows_estimate: z.coerce.number().nullable(),
  at_ms: z.coerce.number(),
});

/**
 * What is missing of the tables, at most 200 partitions, the most bytes first; in a cluster of every
 * replica, which may have on another what one lacks. Rejects with `StoreError`.
 */
export async function readDetachedParts(
  client: StoreClient,
  { database, cluster, signal }: ReadStorageOptions,
): Promise<readonly DetachedParts[]> {
  const name = param.string(database);
  const [detached, kept] =
    cluster === undefined
      ? [sql`system.detached_parts`, sql`system.parts`]
      : [
          sql`clusterAllReplicas(${clusterIdentifier(cluster)}, system.detached_parts)`,
          sql`clusterAllReplicas(${clusterIdentifier(cluster)}, system.parts)`,
        ];
  const statement = sql`SELECT d.table AS table, ifNull(d.partition_id, '') AS partition,
      ifNull(d.reason, 'unknown') AS reason, count() AS parts, sum(d.bytes_on_disk) AS bytes,
      if(any(k.bytes) = 0, NULL, round(bytes * any(k.rows) / any(k.bytes))) AS rows_estimate,
      toUnixTimestamp(max(d.modification_time)) * 1000 AS at_ms
    FROM ${detached} AS d
    LEFT JOIN (
      SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes
      FROM ${kept} WHERE active AND database = ${name} GROUP BY table
    ) AS k ON d.table = k.table
    WHERE d.database = ${name} AND NOT has(${param.strings(ROWS_ELSEWHERE)}, ifNull(d.reason, ''))
    GROUP BY d.table, partition, reason
    ORDER BY bytes DESC
    LIMIT ${param.uint32(GROUPS_MAX)}`;
  const call = signal === undefined ? {} : { signal };
  const { rows } = await client.query(statement, DetachedRow, call);
  return rows.map(({ rows_estimate: rowsEstimate, at_ms: atMs, ...row }) => ({
    ...row,
    rowsEstimate,
    atMs,
  }));
}
