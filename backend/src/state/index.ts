/** The state database: what people set and replicas agree on. Holds no telemetry. */
export * from './copy-state.ts';
export * from './migrations.ts';
export * from './sqlite-state-store.ts';
export * from './state-store.ts';
