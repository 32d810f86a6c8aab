/**
 * The end of a path that leads nowhere, for configurations that are being tried.
 *
 * In: telemetry of any signal. Out: nothing; the sender is told that it was taken.
 * Never: keeps anything.
 */
export * from './factory.ts';
