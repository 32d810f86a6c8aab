import type { MeterProvider } from '@opentelemetry/api';
import type { BuildInfo } from './component.ts';
import type { LogConfig } from './config/telemetry-config.ts';
import type { Logger } from './logger.ts';
import type { ReadConfigOptions } from './read-config.ts';
import type { ReloadSource } from './reload/reload-requests.ts';
import type { TelemetryStarter } from './reload/telemetry-slot.ts';
import type { Service } from './service.ts';
import type { SettingsSource } from './settings/settings-source.ts';
import type { ThreadProgram } from './threads/receiver-thread.ts';

export interface RunServiceOptions extends ReadConfigOptions {
  /** Default: the settings' defaults for ever. Closed when the run ends. */
  readonly settings?: SettingsSource;
  /** Without `startTelemetry`: whose instruments count. Default: the API's global provider. */
  readonly meterProvider?: MeterProvider;
  /** Makes own telemetry as `service.telemetry` says; ended when the run ends. */
  readonly startTelemetry?: TelemetryStarter;
  /** What the distribution calls itself. */
  readonly build?: BuildInfo;
  readonly shutdownDeadlineMs?: number;
  /** What receivers with threads of their own start; without, they run in the first thread. */
  readonly threadProgram?: ThreadProgram;
  /** Ends the run: SIGTERM and SIGINT, as the caller listens to them. */
  readonly signal: AbortSignal;
  /** Asks to read the configuration again: SIGHUP, as the caller listens to it. */
  readonly reloads?: ReloadSource;
  /**
   * Makes the service's logger from `service.telemetry.logs`, once that is known; `logger` has the
   * lines before. Without both, lines go to standard error as configured.
   */
  readonly makeLogger?: (logs: LogConfig) => Logger;
  /** Called whenever everything has started: at first, and after each reload. */
  readonly onReady?: (service: Service) => void;
}
