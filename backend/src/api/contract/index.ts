/**
 * What the API speaks: the only part of the backend that the page imports, types alone.
 * Times are milliseconds since the epoch unless a name ends in `UnixNano` (decimal text: 64 bits do
 * not fit a JSON number). Durations are nanoseconds. Ids are lower-case hex.
 */
export * from './coverage.ts';
export * from './error.ts';
export * from './logs.ts';
export * from './map.ts';
export * from './metrics.ts';
export * from './patterns.ts';
export * from './queries.ts';
export * from './requests.ts';
export * from './services.ts';
export * from './settings.ts';
export * from './status.ts';
export * from './storage.ts';
export * from './trace-analysis.ts';
export * from './traces.ts';
export * from './views.ts';
