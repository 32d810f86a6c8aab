/**
 * The engine: configuration with the Collector's meaning, the graph of components, their life
 * cycle, errors, limits and settings. Names no component; `cli/src/components.ts` does.
 */
export * from './authenticator.ts';
export * from './component.ts';
export * from './errors.ts';
export * from './logger.ts';
export * from './servers/index.ts';
export * from './settings/index.ts';
export * from './telemetry.ts';
export * from './time-rule.ts';
