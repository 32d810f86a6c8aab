/**
 * The engine, around steps 1 to 6 of the path.
 *
 * In: a configuration with the Collector's meaning, and the factories of what it may name.
 * Out: a running graph of receivers, processors and exporters, its counters and its log lines.
 * Never: wire bytes, files of its own, the name of a component (`cli/src/components.ts` has them).
 */
export * from './authenticator.ts';
export * from './client-info.ts';
export * from './component.ts';
export * from './config/index.ts';
export * from './console-logger.ts';
export * from './errors.ts';
export * from './events/index.ts';
export * from './exporting/index.ts';
export * from './files/index.ts';
export * from './graph/index.ts';
export * from './logger.ts';
export * from './memory-budget.ts';
export * from './read-config.ts';
export * from './reload/index.ts';
export * from './run-options.ts';
export * from './run-service.ts';
export * from './servers/index.ts';
export * from './service.ts';
export * from './service-error.ts';
export * from './settings/http-settings-source.ts';
export * from './settings/index.ts';
export { SHUTDOWN_DEADLINE_MS, SHUTDOWN_GRACE_MS } from './shutdown-order.ts';
export * from './storage/index.ts';
export * from './telemetry.ts';
export * from './threads/index.ts';
export * from './time-rule.ts';
