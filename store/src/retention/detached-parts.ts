import { z } from 'zod';
import { param, sql } from '../client/sql.ts';
import type { StoreClient } from '../client/store-client.ts';
import { clusterIdentifier } from '../schema/cluster.ts';
import { readPartRows } from './part-rows.ts';
import type { ReadStorageOptions } from './read-storage.ts';

/** Partitions with detached parts that are told; a disk that lost more has lost the store. */
const GROUPS_MAX = 200;
/** Parts of one partition that are asked for their rows. */
const PATHS_MAX = 200;

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
  /** As the parts themselves say; null where one of them does not say, or is out of reach. */
  readonly rows: number | null;
  /** When the newest of them was set aside, milliseconds since the epoch. */
  readonly atMs: number;
}

const DetachedRow = z.object({
  table: z.string(),
  partition: z.string(),
  reason: z.string(),
  parts: z.coerce.number(),
  bytes: z.coerce.number(),
  paths: z.array(z.string()),
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
  const detached =
    cluster === undefined
      ? sql`system.detached_parts`
      : sql`clusterAllReplicas(${clusterIdentifier(cluster)}, system.detached_parts)`;
  const statement = sql`SELECT table, ifNull(partition_id, '') AS partition,
      ifNull(d.reason, 'unknown') AS reason, count() AS parts, sum(bytes_on_disk) AS bytes,
      groupArray(${param.uint32(PATHS_MAX)})(path) AS paths,
      toUnixTimestamp(max(modification_time)) * 1000 AS at_ms
    FROM ${detached} AS d
    WHERE database = ${param.string(database)}
      AND NOT has(${param.strings(ROWS_ELSEWHERE)}, ifNull(d.reason, ''))
    GROUP BY table, partition, reason
    ORDER BY bytes DESC
    LIMIT ${param.uint32(GROUPS_MAX)}`;
  const call = signal === undefined ? {} : { signal };
  const { rows: groups } = await client.query(statement, DetachedRow, call);
  // Another replica has folders of the same name, with other rows in them.
  const paths = cluster === undefined ? groups.flatMap((group) => group.paths) : [];
  const rowsByPath = await readPartRows(client, paths, signal);
  return groups.map(({ at_ms: atMs, paths: mine, ...group }) => ({
    ...group,
    atMs,
    rows: mine.length < group.parts ? null : sumOf(mine.map((path) => rowsByPath.get(path))),
  }));
}

/** Null as soon as one is not known. */
function sumOf(counts: readonly (number | undefined)[]): number | null {
  const known = counts.filter((count) => count !== undefined);
  return known.length < counts.length ? null : known.reduce((sum, count) => sum + count, 0);
}
