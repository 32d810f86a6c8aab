/**
 * The end of a path that people look at.
 *
 * In: telemetry of any signal. Out: a line a batch, and its contents as text where that is wanted.
 * Never: keeps or sends anything; on the path of real load in `normal` or `detailed`.
 */
export * from './config.ts';
export * from './debug-exporter.ts';
export * from './factory.ts';
