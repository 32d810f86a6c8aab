/**
 * The beginning of a path on which nothing comes, for configurations that are being tried.
 *
 * In: nothing. Out: nothing. Never: calls its pipelines.
 */
export * from './factory.ts';
