/**
 * The one way from Sonde to ClickHouse, embedded or a cluster: `@clickhouse/client` over HTTP.
 *
 * In: statements made by `sql`, blocks of the Native format. Out: checked rows, what they cost.
 * Never: statements from bare strings, unchecked rows, errors without a code.
 */
export type { BlockCompression } from './block-compression.ts';
export { createStoreClient } from './create-store-client.ts';
export { int64, type RowReader, uint64Number } from './row-reader.ts';
export { identifier, joinSql, type Parameter, param, Sql, sql, tableName } from './sql.ts';
export type { StatementCost } from './statement-cost.ts';
export type {
  CallOptions,
  InsertOptions,
  QueryResult,
  StoreClient,
  StoreClientOptions,
} from './store-client.ts';
export { StoreError, type StoreErrorKind } from './store-error.ts';
