import type {
  ConnectorFactory,
  ExporterFactory,
  ExtensionFactory,
  ProcessorFactory,
  ReceiverFactory,
} from '../component.ts';
import type { ConfigMap } from './config-value.ts';
import type { FeatureGates } from './feature-gates.ts';
import type { PipelineConfig } from './pipeline-config.ts';
import type { OwnTelemetryConfig } from './telemetry-config.ts';

/** A component's id, its factory and its own slice of the configuration, frozen. */
export interface ConfiguredComponent<F> {
  readonly id: string;
  readonly factory: F;
  /** What the factory's schema returned. */
  readonly config: unknown;
}

export type Configured<F> = ReadonlyMap<string, ConfiguredComponent<F>>;

/** A whole configuration, read and checked. */
export interface EngineConfig {
  readonly receivers: Configured<ReceiverFactory>;
  readonly processors: Configured<ProcessorFactory>;
  readonly exporters: Configured<ExporterFactory>;
  readonly connectors: Configured<ConnectorFactory>;
  readonly extensions: Configured<ExtensionFactory>;
  /** Extensions to start, in order. */
  readonly serviceExtensions: readonly string[];
  readonly pipelines: ReadonlyMap<string, PipelineConfig>;
  readonly telemetry: OwnTelemetryConfig;
  readonly gates: FeatureGates;
  /** See `CreateSettings.configVersion`. */
  readonly version: string;
  /** What it was read from: merged and expanded. */
  readonly root: ConfigMap;
}
