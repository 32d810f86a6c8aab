/**
 * Step 1 of the path: metrics of the host from /proc, on Linux.
 *
 * In: files of /proc and the space of mounted filesystems, at a fixed interval.
 * Out: one metrics request a scrape, in OTLP, named as OpenTelemetry's conventions name them.
 * Never: looks into single processes, writes, or stops because one file cannot be read.
 */
export * from './config.ts';
export * from './factory.ts';
export * from './hostmetrics-receiver.ts';
