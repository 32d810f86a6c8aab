/**
 * Step 7 of the path: ClickHouse. Schema and migrations, the Native format, identity, the client
 * and the embedded engine.
 *
 * In: column batches of `@sonde/proto` and SQL. Out: Native blocks, rows.
 * Never: OTLP wire bytes, configuration files, components.
 */

export * from './backup/index.ts';
export * from './client/index.ts';
export * from './engine/index.ts';
export * from './identity/index.ts';
export * from './migrations/index.ts';
export * from './native-format/index.ts';
export * from './queries/index.ts';
export * from './retention/index.ts';
export * from './schema/index.ts';
