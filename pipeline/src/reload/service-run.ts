import type { EngineConfig } from '../config/engine-config.ts';
import { createConsoleLogger } from '../console-logger.ts';
import { OwnTelemetry } from '../events/own-telemetry.ts';
import { ReloadEvents } from '../events/reload-events.ts';
import type { Logger } from '../logger.ts';
import { checkGraph, readConfig } from '../read-config.ts';
import type { RunServiceOptions } from '../run-options.ts';
import { Service } from '../service.ts';
import type { SettingsSource } from '../settings/settings-source.ts';
import { StaticSettingsSource } from '../settings/static-settings-source.ts';
import { ReloadRequests } from './reload-requests.ts';
import { TelemetrySlot } from './telemetry-slot.ts';

interface Running {
  readonly config: EngineConfig;
  readonly service: Service;
  readonly events: ReloadEvents;
}

/**
 * One run, with one service after another:
 *
 *     read -> start -> wait -+- stop, fatal -> shut down, end
 *                       ^    |
 *                       |    +- reload -> read, check -- bad --> (nothing happens) --+
 *                       |                      |                                     |
 *                       |                 shut down -> start new -- fails --> start old
 *                       +------------------------------------------------------------+
 *
 * The old service is down before the new one starts: they want the same ports and folders. A
 * request the old one took is answered before its port closes; one that comes in between finds no
 * port and is its sender's to repeat.
 */
export class ServiceRun {
  readonly #options: RunServiceOptions;
  readonly #settings: SettingsSource;
  readonly #telemetry: TelemetrySlot;
  readonly #stopped: Promise<'stop'>;

  constructor(options: RunServiceOptions) {
    this.#options = options;
    this.#settings = options.settings ?? new StaticSettingsSource();
    this.#telemetry = new TelemetrySlot(options.startTelemetry);
    this.#stopped = aborted(options.signal);
  }

  /** See `runService`. */
  async run(): Promise<void> {
    const reloads = new ReloadRequests(this.#options.reloads);
    try {
      let running = await this.#start(await readConfig(this.#options));
      for (;;) {
        const { service } = running;
        const next = await Promise.race([this.#stopped, service.fatal, reloads.waiting()]);
        if (next === 'stop') return await service.shutdown();
        if (next !== 'reload') {
          // Why the run ends is what is told; what fails on the way down was logged.
          await Promise.allSettled([service.shutdown()]);
          throw next;
        }
        reloads.take();
        running = await this.#reload(running);
      }
    } finally {
      reloads.close();
      this.#settings.close();
      await this.#telemetry.end();
    }
  }

  async #reload(old: Running): Promise<Running> {
    let config: EngineConfig;
    try {
      config = await readConfig(this.#options);
      checkGraph(config);
    } catch (error) {
      old.events.refused(asError(error));
      return old;
    }
    old.events.restarting(config.version);
    // What fails on the way down was logged, and must not keep the new pipelines from starting.
    await Promise.allSettled([old.service.shutdown()]);
    try {
      const running = await this.#start(config);
      running.events.succeeded();
      return running;
    } catch (error) {
      const restored = await this.#start(old.config);
      restored.events.failed(asError(error));
      return restored;
    }
  }

  /** Resolves when it runs, or when it should stop before it does. */
  async #start(config: EngineConfig): Promise<Running> {
    const { build, onReady, shutdownDeadlineMs, threadProgram } = this.#options;
    const meterProvider =
      (await this.#telemetry.use(config.telemetry)) ?? this.#options.meterProvider;
    const logger = this.#logger(config);
    const service = new Service({
      config,
      logger,
      settings: this.#settings,
      ...(build === undefined ? {} : { build }),
      ...(meterProvider === undefined ? {} : { meterProvider }),
      ...(threadProgram === undefined ? {} : { threadProgram }),
      ...(shutdownDeadlineMs === undefined ? {} : { shutdownDeadlineMs }),
    });
    await Promise.race([service.start(), this.#stopped]);
    if (service.status.phase === 'ready') onReady?.(service);
    const telemetry = new OwnTelemetry(meterProvider, config.telemetry.metrics.level);
    return { config, service, events: new ReloadEvents(logger, telemetry) };
  }

  #logger({ telemetry }: EngineConfig): Logger {
    const { makeLogger, logger } = this.#options;
    if (makeLogger !== undefined) return makeLogger(telemetry.logs);
    if (logger !== undefined) return logger;
    const { level, encoding, sampling, initialFields } = telemetry.logs;
    return createConsoleLogger({ level, encoding, sampling, initialFields });
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function aborted(signal: AbortSignal): Promise<'stop'> {
  if (signal.aborted) return Promise.resolve('stop');
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve('stop'), { once: true });
  });
}
