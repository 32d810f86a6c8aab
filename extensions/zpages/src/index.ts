/**
 * Extension `zpages`: beside the path of the data.
 *
 * In: a browser's requests. Out: pages about the service: its pipelines, extensions and gates.
 * Never: telemetry, configuration values, secrets, error texts.
 */
export { type ZpagesConfig, ZpagesConfigSchema } from './config.ts';
export { zpagesFactory } from './factory.ts';
export { Zpages } from './zpages.ts';
