/**
 * Configuration with the Collector's meaning: sources become one merged, expanded tree; every
 * component's slice is read by its factory's schema; the service is checked as a whole.
 */
export { type ComponentId, parseComponentId } from './component-id.ts';
export { ConfigError, type ConfigProblem, type ConfigStage } from './config-error.ts';
export type { ConfiguredComponent, EngineConfig } from './engine-config.ts';
export {
  FEATURE_GATES,
  type FeatureGate,
  type FeatureGateDescription,
  type FeatureGates,
  parseFeatureGates,
} from './feature-gates.ts';
export * from './fields/index.ts';
export { configJsonSchema } from './json-schema.ts';
export { type LoadOptions, loadConfig } from './load-config.ts';
export type { FactorySource, NamedTypes } from './named-types.ts';
export type { PipelineConfig } from './pipeline-config.ts';
export { formatPosition, type Position } from './position.ts';
export { type PrintableOptions, type PrintMode, printableConfig } from './printable-config.ts';
export { readRoleConfig } from './read-role-config.ts';
export { fetchConfig, type ResolvedConfig, type ResolveOptions } from './resolve-config.ts';
export { SOURCE_SCHEMES, SourceError } from './sources.ts';
export {
  type LogConfig,
  type LogSamplingConfig,
  type OwnResource,
  type OwnTelemetryConfig,
  OwnTelemetrySchema,
  type OwnTracesConfig,
} from './telemetry-config.ts';
export type { OtlpTarget } from './telemetry-exporters.ts';
export type {
  MetricReaderConfig,
  MetricsLevel,
  MetricViewConfig,
  OwnMetricsConfig,
  PeriodicReaderConfig,
  PrometheusReaderConfig,
} from './telemetry-metrics.ts';
