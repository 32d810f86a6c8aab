/**
 * The processor `cumulativetodelta` (step 5 of the path).
 *
 * In: batches of metrics. Out: the same with monotonic cumulative sums and cumulative histograms as
 * what was added since the last point of their series. Never: a change to other metrics; a point whose
 * delta is lost because the next step refused it.
 */
export { type CumulativeToDeltaConfig, cumulativeToDeltaConfig } from './config.ts';
export { cumulativeToDeltaFactory } from './factory.ts';
