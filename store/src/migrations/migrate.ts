import { z } from 'zod';
import { Sql } from '../client/sql.ts';
import type { StoreClient } from '../client/store-client.ts';
import { StoreError } from '../client/store-error.ts';
import { distributedTableSql, isClusterName, onCluster, shardDatabase } from '../schema/cluster.ts';
import { currentTables, currentViews } from '../schema/current-tables.ts';
import { schemaMigrationsTable } from '../schema/schema-migrations.ts';
import {
  createTableSql,
  createViewSql,
  DEFAULT_SCHEMA_OPTIONS,
  type SchemaOptions,
} from '../schema/table.ts';
import { FIRST_TABLES } from './0001-first-tables.ts';
import { METRIC_ROLLUPS } from './0002-metric-rollups.ts';
import { PROFILES } from './0003-profiles.ts';
import { CATALOGUE } from './0004-catalogue.ts';
import { SERVICE_MAP } from './0005-service-map.ts';
import { EDGES_BY_MINUTE } from './0006-edges-by-minute.ts';
import { RETENTION_BY_JOB } from './0007-retention-by-job.ts';
import { LOG_PATTERNS } from './0008-log-patterns.ts';
import { WORDS_OF_BODIES } from './0009-words-of-bodies.ts';
import { CONTEXTS_BY_MINUTE } from './0010-contexts-by-minute.ts';
import { RECEIPT_LAG } from './0011-receipt-lag.ts';
import { CONNECTIONS_BY_MINUTE } from './0012-connections-by-minute.ts';
import { WEIGHTS_IN_ROLL_UP } from './0013-weights-in-roll-up.ts';
import { ROUND_TRIPS } from './0014-round-trips.ts';
import { NAMED_ADDRESSES } from './0015-named-addresses.ts';
import { VIEWS_BY_NAME } from './0016-views-by-name.ts';
import { TIMES_OF_TRACES } from './0017-times-of-traces.ts';
import { RESOURCES_BY_WEEK } from './0018-resources-by-week.ts';
import { RESOURCES_OF_CLUSTERS } from './0019-resources-of-clusters.ts';
import { SERVICES_BY_HOUR } from './0020-services-by-hour.ts';
import type { Migration } from './migration.ts';

/** In order of their versions, which are dense from 1. */
export const MIGRATIONS: readonly Migration[] = [
  FIRST_TABLES,
  METRIC_ROLLUPS,
  PROFILES,
  CATALOGUE,
  SERVICE_MAP,
  EDGES_BY_MINUTE,
  RETENTION_BY_JOB,
  LOG_PATTERNS,
  WORDS_OF_BODIES,
  CONTEXTS_BY_MINUTE,
  RECEIPT_LAG,
  CONNECTIONS_BY_MINUTE,
  WEIGHTS_IN_ROLL_UP,
  ROUND_TRIPS,
  NAMED_ADDRESSES,
  VIEWS_BY_NAME,
  TIMES_OF_TRACES,
  RESOURCES_BY_WEEK,
  RESOURCES_OF_CLUSTERS,
  SERVICES_BY_HOUR,
];

export type SchemaErrorCode =
  /** The store was written by a later release; this one must not touch it. */
  | 'STORE_SCHEMA_TOO_NEW'
  /** The store answered something that is not a schema version. */
  | 'STORE_SCHEMA_UNREADABLE'
  /** An option cannot be part of a statement. */
  | 'STORE_SCHEMA_OPTION';

export class SchemaError extends Error {
  readonly code: SchemaErrorCode;
  readonly retryable = false;

  constructor(code: SchemaErrorCode, message: string) {
    super(message);
    this.name = 'SchemaError';
    this.code = code;
  }
}

/**
 * Creates the database and brings its schema to this release's version; returns the versions that
 * were applied now. Safe to call from several processes at once and while rows are inserted. In a
 * cluster one server is asked, and it takes every statement to all of them.
 * Rejects with `SchemaError` `STORE_SCHEMA_TOO_NEW` for a store of a later release, and with the
 * client's error when a statement fails (what ran before stays; the next call goes on).
 */
export async function migrate(
  client: StoreClient,
  options: SchemaOptions = DEFAULT_SCHEMA_OPTIONS,
): Promise<readonly number[]> {
  checkOptions(options);
  const holds = { ...options, database: shardDatabase(options) };
  for (const sql of firstStatements(options)) await run(client, sql);
  if (options.cluster !== undefined) {
    // Another server may have brought the schema up to date a moment ago.
    await run(client, `SYSTEM SYNC REPLICA ${holds.database}.schema_migrations`);
  }
  const present = await schemaVersion(client, options);
  const newest = MIGRATIONS.length;
  if (present > newest) throw tooNew(present, newest);
  const missing = MIGRATIONS.filter((migration) => migration.version > present);
  for (const migration of missing) {
    for (const sql of migration.statements(holds, options)) {
      await run(client, sql, migration.toleratedCodes);
    }
    if (migration.version === newest) {
      // Before the newest is remembered: after a kill between the two nobody would make them.
      for (const sql of readingStatements(options)) await run(client, sql);
    }
    await run(
      client,
      `INSERT INTO ${holds.database}.schema_migrations (version, name) ` +
        `SELECT ${migration.version}, '${migration.name}'`,
    );
  }
  return missing.map((migration) => migration.version);
}

/** The databases, and where versions are remembered. */
export function firstStatements(options: SchemaOptions): readonly string[] {
  const holds = shardDatabase(options);
  const databases = new Set([options.database, holds]);
  return [
    ...[...databases].map(
      (name) => `CREATE DATABASE IF NOT EXISTS ${name}${onCluster(options)} ENGINE = Atomic`,
    ),
    createTableSql(schemaMigrationsTable(), { ...options, database: holds }),
  ];
}

/** What is read in a cluster: a Distributed table over each that holds rows, and views on these. */
export function readingStatements(options: SchemaOptions): readonly string[] {
  if (options.cluster === undefined) return [];
  return [
    ...currentTables(options).map((table) => distributedTableSql(table, options)),
    ...currentViews(options).map((view) => createViewSql(view, options)),
  ];
}

/** The version the store's schema has; 0 before the first migration. */
export async function schemaVersion(
  client: StoreClient,
  options: SchemaOptions = DEFAULT_SCHEMA_OPTIONS,
): Promise<number> {
  const table = `${shardDatabase(options)}.schema_migrations`;
  const { rows } = await client.query(
    new Sql([`SELECT max(version) AS version FROM ${table}`], []),
    VERSION_ROW,
  );
  const [row] = rows;
  if (row === undefined) {
    throw new SchemaError('STORE_SCHEMA_UNREADABLE', `${table} holds no version`);
  }
  return row.version;
}

const VERSION_ROW = z.object({ version: z.coerce.number().int().min(0) });

/** Statements of the schema are text of this package alone: nothing from outside is in them. */
async function run(
  client: StoreClient,
  sql: string,
  toleratedCodes: readonly number[] = [],
): Promise<void> {
  try {
    await client.command(new Sql([sql], []));
  } catch (error) {
    const code = error instanceof StoreError ? error.clickhouseCode : undefined;
    if (code === undefined || !toleratedCodes.includes(code)) throw error;
  }
}

function tooNew(present: number, newest: number): SchemaError {
  return new SchemaError(
    'STORE_SCHEMA_TOO_NEW',
    `the store has schema version ${present}, this release of Sonde knows versions up to ` +
      `${newest}: it was written by a later release. Start that release, or point ` +
      'store.url at another store. Nothing was changed.',
  );
}

function checkOptions(options: SchemaOptions): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(options.database)) {
    throw new SchemaError('STORE_SCHEMA_OPTION', `"${options.database}" is no database name`);
  }
  const cluster = options.cluster?.name ?? 'none';
  if (!isClusterName(cluster)) {
    throw new SchemaError('STORE_SCHEMA_OPTION', `"${cluster}" is no name of a cluster`);
  }
  for (const name of ['rollupRetentionDays', 'metricRollupRetentionDays'] as const) {
    const days = options[name];
    if (!Number.isInteger(days) || days < 1 || days > 65_535) {
      throw new SchemaError('STORE_SCHEMA_OPTION', `${name} must be 1 to 65535: ${days}`);
    }
  }
}
