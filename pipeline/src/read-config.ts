import type { Factory } from './component.ts';
import type { EngineConfig } from './config/engine-config.ts';
import type { FeatureGates } from './config/feature-gates.ts';
import { loadConfig } from './config/load-config.ts';
import { type FactorySource, namedTypes } from './config/named-types.ts';
import { fetchConfig, type ResolvedConfig } from './config/resolve-config.ts';
import { createConsoleLogger } from './console-logger.ts';
import { OwnTelemetry } from './events/own-telemetry.ts';
import { buildGraph } from './graph/build-graph.ts';
import { checkExtensionKinds } from './graph/check-extension-kinds.ts';
import type { Logger } from './logger.ts';
import { StaticSettingsSource } from './settings/static-settings-source.ts';

export interface SourceOptions {
  /** `--config` values in order. */
  readonly configUris: readonly string[];
  /** `--set` values in order. */
  readonly sets?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly gates?: FeatureGates;
  /** Told what the configuration gets away with (unset variables, old names). */
  readonly logger?: Logger;
}

export interface ReadConfigOptions extends SourceOptions {
  /** Of what the configuration may name, or who loads those of what it does name. */
  readonly factories: readonly Factory[] | FactorySource;
}

/** Merges, fetches and expands the sources. Rejects with `ConfigError` or `SourceError`. */
export function readSources(options: SourceOptions): Promise<ResolvedConfig> {
  const { configUris, sets = [], env, gates, logger = createConsoleLogger() } = options;
  return fetchConfig({
    configUris,
    sets,
    env,
    appendLists: gates?.has('confmap.enableMergeAppendOption') ?? false,
    warn: (message, fields) => logger.warn(message, fields),
  });
}

/** The factories that reading a configuration takes. */
export async function factoriesFor(
  { root }: ResolvedConfig,
  factories: ReadConfigOptions['factories'],
): Promise<readonly Factory[]> {
  return typeof factories === 'function' ? await factories(namedTypes(root)) : factories;
}

/** Everything before the first component is made. Rejects with `ConfigError` or `SourceError`. */
export async function readConfig(options: ReadConfigOptions): Promise<EngineConfig> {
  const { factories, gates, logger = createConsoleLogger() } = options;
  const resolved = await readSources(options);
  return loadConfig(resolved, {
    factories: await factoriesFor(resolved, factories),
    warn: (message) => logger.warn(message),
    ...(gates === undefined ? {} : { gates }),
  });
}

/**
 * Builds the graph of a configuration, looks whether extensions are what components want of them,
 * and lets it go. Throws `ServiceError` `BUILD_FAILED`.
 */
export function checkGraph(config: EngineConfig, logger: Logger = createConsoleLogger()): void {
  const graph = buildGraph({
    config,
    logger,
    settings: new StaticSettingsSource(),
    telemetry: new OwnTelemetry(undefined, 'none'),
  });
  checkExtensionKinds(config, graph);
}

/**
 * Everything short of starting: reads the configuration and builds its graph. Opens nothing.
 * Rejects with `ConfigError`, `SourceError` or `ServiceError` `BUILD_FAILED`.
 */
export async function validateConfig(options: ReadConfigOptions): Promise<void> {
  checkGraph(await readConfig(options), options.logger);
}
