import { z } from 'zod';
import { param, type Sql, sql } from '../client/sql.ts';
import type { StoreClient } from '../client/store-client.ts';
import { COLD_VOLUME } from '../engine/cold-volume.ts';
import { clusterIdentifier } from '../schema/cluster.ts';
import type { StorageState } from './plan-retention.ts';
import { RESOURCE_TABLES, retainedTable } from './retained-tables.ts';
import { DAY_MS, type Disk, readPartitionId, type StoredPartition } from './stored-partition.ts';

/** Of a year and more of days and classes in two dozen tables; more is a store gone wrong. */
const PARTITIONS_MAX = 100_000;

const PartitionRow = z.object({
  table: z.string(),
  partition_id: z.string(),
  row_count: z.coerce.number(),
  earliest: z.coerce.number(),
  bytes: z.coerce.number(),
  cold_bytes: z.coerce.number(),
});

const DiskRow = z.object({
  name: z.string(),
  free: z.coerce.number(),
  total: z.coerce.number(),
  type: z.string(),
});

export interface ReadStorageOptions {
  readonly database: string;
  /** Reads the parts of every replica's shard, once a shard. */
  readonly cluster?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The partitions of tables that have a retention, and the disks. Rejects with `StoreError`. */
export async function readStorage(
  client: StoreClient,
  options: ReadStorageOptions,
): Promise<StorageState> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const [parts, disks] = await Promise.all([
    client.query(partitionsSql(options), PartitionRow, call),
    client.query(disksSql(options), DiskRow, call),
  ]);
  return {
    partitions: parts.rows.flatMap(toPartition),
    disks: disks.rows.map(
      (row): Disk => ({
        name: row.name,
        freeBytes: row.free,
        totalBytes: row.total,
        isRemote: row.type !== 'Local',
      }),
    ),
  };
}

/** In a cluster the fullest of each name: what fills up first is what the guard is for. */
function disksSql({ cluster }: ReadStorageOptions): Sql {
  const disks =
    cluster === undefined
      ? sql`system.disks`
      : sql`clusterAllReplicas(${clusterIdentifier(cluster)}, system.disks)`;
  return sql`SELECT name, min(free_space) AS free, min(total_space) AS total, any(type) AS type
    FROM ${disks} GROUP BY name ORDER BY name`;
}

function partitionsSql({ database, cluster }: ReadStorageOptions): Sql {
  const parts =
    cluster === undefined
      ? sql`system.parts`
      : sql`cluster(${clusterIdentifier(cluster)}, system.parts)`;
  return sql`SELECT table, partition_id, sum(rows) AS row_count, sum(bytes_on_disk) AS bytes,
      toUnixTimestamp(min(min_time)) AS earliest,
      sumIf(bytes_on_disk, disk_name = ${param.string(COLD_VOLUME)}) AS cold_bytes
    FROM ${parts}
    WHERE active AND database = ${param.string(database)}
    GROUP BY table, partition_id
    ORDER BY table, partition_id
    LIMIT ${param.uint32(PARTITIONS_MAX)}`;
}

function toPartition(row: z.infer<typeof PartitionRow>): StoredPartition[] {
  const place = readPartitionId(row.partition_id);
  const isKnown = RESOURCE_TABLES.has(row.table) || retainedTable(row.table) !== undefined;
  if (place === undefined || !isKnown) return [];
  const { row_count: rows, bytes, cold_bytes: coldBytes, table } = row;
  // The engine knows the times of a part where its partition is made of a time, and 0 otherwise.
  const earliestMs = row.earliest > 0 ? row.earliest * 1000 : place.day * DAY_MS;
  return [{ table, id: row.partition_id, ...place, rows, earliestMs, bytes, coldBytes }];
}
