/**
 * The processor `probabilistic_sampler` (step 5 of the path).
 *
 * In: spans and log records. Out: a share of them, chosen by their trace id (or an attribute), each
 * with the threshold it passed, so that later steps know how many it stands for. Never: a random
 * draw: the same item is chosen by every process and in every replay.
 */
export { type SamplerConfig, samplerConfig } from './config.ts';
export { probabilisticSamplerFactory } from './factory.ts';
