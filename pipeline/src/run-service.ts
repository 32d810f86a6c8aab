import type { MeterProvider } from '@opentelemetry/api';
import type { Factory } from './component.ts';
import type { EngineConfig } from './config/engine-config.ts';
import type { FeatureGates } from './config/feature-gates.ts';
import { loadConfig } from './config/load-config.ts';
import { resolveConfig } from './config/resolve-config.ts';
import type { LogConfig } from './config/telemetry-config.ts';
import { createConsoleLogger } from './console-logger.ts';
import { OwnTelemetry } from './events/own-telemetry.ts';
import { buildGraph } from './graph/build-graph.ts';
import type { Logger } from './logger.ts';
import { Service } from './service.ts';
import type { SettingsSource } from './settings/settings-source.ts';
import { StaticSettingsSource } from './settings/static-settings-source.ts';

export interface ReadConfigOptions {
  /** `--config` values in order. */
  readonly configUris: readonly string[];
  /** `--set` values in order. */
  readonly sets?: readonly string[];
  readonly factories: readonly Factory[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly gates?: FeatureGates;
  /** Told what the configuration gets away with (unset variables, old names). */
  readonly logger?: Logger;
}

/** Everything before the first component is made. Throws `ConfigError` or `SourceError`. */
export function readConfig(options: ReadConfigOptions): EngineConfig {
  const { configUris, sets = [], factories, env, gates } = options;
  const logger = options.logger ?? createConsoleLogger();
  const resolved = resolveConfig({
    configUris,
    sets,
    env,
    appendLists: gates?.has('confmap.enableMergeAppendOption') ?? false,
    warn: (message, fields) => logger.warn(message, fields),
  });
  return loadConfig(resolved, {
    factories,
    warn: (message) => logger.warn(message),
    ...(gates === undefined ? {} : { gates }),
  });
}

/**
 * Everything short of starting: reads the configuration and builds its graph. Opens nothing.
 * Throws `ConfigError`, `SourceError` or `ServiceError` `BUILD_FAILED`.
 */
export function validateConfig(options: ReadConfigOptions): void {
  buildGraph({
    config: readConfig(options),
    logger: options.logger ?? createConsoleLogger(),
    settings: new StaticSettingsSource(),
    telemetry: new OwnTelemetry(),
  });
}

export interface RunServiceOptions extends ReadConfigOptions {
  /** Default: the settings' defaults for ever. Closed when the run ends. */
  readonly settings?: SettingsSource;
  readonly meterProvider?: MeterProvider;
  readonly shutdownDeadlineMs?: number;
  /** Ends the run: SIGTERM and SIGINT, as the caller listens to them. */
  readonly signal: AbortSignal;
  /**
   * Makes the service's logger from `service.telemetry.logs`, once that is known; `logger` has the
   * lines before. Without both, lines go to standard error as configured.
   */
  readonly makeLogger?: (logs: LogConfig) => Logger;
  /** Called once everything has started. */
  readonly onReady?: (service: Service) => void;
}

/**
 * Runs a configuration until `signal` aborts (resolves after the shutdown) or a component fails for
 * good (rejects with `ServiceError` after the shutdown). Rejects with `ConfigError`, `SourceError`
 * or `ServiceError` when it cannot start.
 */
export async function runService(options: RunServiceOptions): Promise<void> {
  const config = readConfig(options);
  const service = new Service({
    config,
    logger: serviceLogger(options, config.telemetry.logs),
    settings: options.settings ?? new StaticSettingsSource(),
    ...(options.meterProvider === undefined ? {} : { meterProvider: options.meterProvider }),
    ...(options.shutdownDeadlineMs === undefined
      ? {}
      : { shutdownDeadlineMs: options.shutdownDeadlineMs }),
  });
  const failure = await Promise.race([
    service.start().then(() => {
      if (service.status.phase === 'ready') options.onReady?.(service);
      return service.fatal;
    }),
    aborted(options.signal),
  ]);
  if (failure === undefined) return service.shutdown();
  // Why the run ends is what is told; what fails on the way down was logged.
  await Promise.allSettled([service.shutdown()]);
  throw failure;
}

function serviceLogger(options: RunServiceOptions, logs: LogConfig): Logger {
  if (options.makeLogger !== undefined) return options.makeLogger(logs);
  if (options.logger !== undefined) return options.logger;
  const { level, encoding, sampling, initialFields } = logs;
  return createConsoleLogger({ level, encoding, sampling, initialFields });
}

function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
