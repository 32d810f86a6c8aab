/**
 * Step 8 of the path: the API of Sonde and what serves the page.
 *
 * In: HTTP requests of people and programs. Out: JSON in the shapes of `api/contract`, the page.
 * Asks the store (`@sonde/store`) and keeps what people set in the state database.
 * Never: takes telemetry, writes to the store from a request, decodes OTLP, registers an SDK.
 */
export type { HttpLimits } from './limits.ts';
export type { BackendLog } from './log.ts';
export { MapJob, type MapJobOptions } from './model/service-map/map-job.ts';
export { PatternJob, type PatternJobOptions } from './patterns/pattern-job.ts';
export { type Backend, type BackendOptions, startBackend } from './server.ts';
export * from './state/index.ts';
export { DELIVERY_METRICS } from './status/gateway-watch.ts';
export type * from './status/status-sources.ts';
export type { StreamMessage } from './streams/stream-message.ts';
export { StreamError, StreamPublisher } from './streams/stream-publisher.ts';
export { bucketOf, durationBands } from './traces/analysis/compare/duration-bands.ts';
export {
  explainGroups,
  type FeatureSet,
  groupOf,
  strongestFeatures,
} from './traces/analysis/compare/explain-groups.ts';
export type { Share } from './traces/analysis/compare/significance.ts';
