import type { MeterProvider } from '@opentelemetry/api';
import type { Authenticator } from './authenticator.ts';
import { isAuthenticator } from './authenticator-guard.ts';
import type {
  BuildInfo,
  Component,
  ComponentStatus,
  Host,
  ServiceOutline,
  ServiceStatus,
  ThreadPlace,
} from './component.ts';
import type { EngineConfig } from './config/engine-config.ts';
import { SondeError } from './errors.ts';
import { OwnTelemetry } from './events/own-telemetry.ts';
import { observeProcess } from './events/process-metrics.ts';
import { ServiceEvents } from './events/service-events.ts';
import { buildGraph } from './graph/build-graph.ts';
import type { BuiltComponent, Graph } from './graph/built-component.ts';
import type { Logger } from './logger.ts';
import { listenProblem } from './servers/listen-error.ts';
import { ServiceError } from './service-error.ts';
import type { SettingsSource } from './settings/settings-source.ts';
import { SHUTDOWN_DEADLINE_MS, settled, shutDown } from './shutdown-order.ts';
import { StatusBoard } from './status-board.ts';
import type { ThreadProgram } from './threads/receiver-thread.ts';

export interface ServiceOptions {
  readonly config: EngineConfig;
  readonly logger: Logger;
  /** Closed by whoever opened it, after the service has shut down. */
  readonly settings: SettingsSource;
  /** Default: the API's global provider. */
  readonly meterProvider?: MeterProvider;
  readonly build?: BuildInfo;
  /** Milliseconds for the whole shutdown; default `SHUTDOWN_DEADLINE_MS`. */
  readonly shutdownDeadlineMs?: number;
  /** Where receivers may have threads of their own; without, each runs in this one. */
  readonly threadProgram?: ThreadProgram;
  /** Which thread of a receiver this service runs in, whose configuration is a slice. */
  readonly thread?: ThreadPlace;
  /** Told of every status that a component reports. */
  readonly onStatus?: (component: string, status: ComponentStatus) => void;
}

const UNNAMED_BUILD: BuildInfo = { command: 'sonde', description: 'Sonde', version: '' };

/**
 * The life of one configuration: builds its graph (the constructor throws `ServiceError`
 * `BUILD_FAILED`), starts it, shuts it down. `start` and `shutdown` are idempotent.
 */
export class Service {
  /** Settles when a component fails for good after it started; never rejects. */
  readonly fatal: Promise<ServiceError>;
  readonly #graph: Graph;
  readonly #events: ServiceEvents;
  readonly #telemetry: OwnTelemetry;
  readonly #outline: ServiceOutline;
  readonly #status = new StatusBoard();
  readonly #deadlineMs: number;
  readonly #configVersion: string;
  readonly #onStatus: NonNullable<ServiceOptions['onStatus']>;
  readonly #isThread: boolean;
  #reportFatal: (error: ServiceError) => void = () => {};
  #endProcessMetrics: () => void = () => {};
  #starting: Promise<void> | undefined;
  /** The start of one component that is under way, or was last. */
  #startingOne: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  constructor(options: ServiceOptions) {
    const { config, build = UNNAMED_BUILD } = options;
    this.#telemetry = new OwnTelemetry(options.meterProvider, config.telemetry.metrics.level);
    this.#events = new ServiceEvents(options.logger);
    this.#outline = {
      build,
      startedUnixMs: Date.now(),
      pipelines: [...config.pipelines.values()],
      extensions: config.serviceExtensions,
      gates: config.gates,
    };
    this.#deadlineMs = options.shutdownDeadlineMs ?? SHUTDOWN_DEADLINE_MS;
    this.#configVersion = config.version;
    this.#onStatus = options.onStatus ?? ((): void => {});
    this.#isThread = options.thread !== undefined;
    this.#graph = buildGraph({ ...options, telemetry: this.#telemetry });
    this.fatal = new Promise((resolve) => {
      this.#reportFatal = resolve;
    });
  }

  get status(): ServiceStatus {
    return this.#status.snapshot();
  }

  /**
   * Extensions, exporters, processors and connectors, receivers. A component that cannot start is
   * named in the `ServiceError` `START_FAILED`, and everything is shut down before it rejects.
   */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /**
   * Receivers first; see `shutDown`. A start that is under way goes no further than the component
   * it is at. Rejects with `SHUTDOWN_FAILED` after everything was tried.
   */
  shutdown(): Promise<void> {
    this.#stopping ??= this.#shutdown();
    return this.#stopping;
  }

  async #start(): Promise<void> {
    this.#events.starting(this.#outline.build, this.#configVersion);
    // Of a process its first thread tells.
    if (!this.#isThread) this.#endProcessMetrics = observeProcess(this.#telemetry.meter);
    const { extensions, exporters, steps, receivers } = this.#graph;
    try {
      this.#events.startingExtensions();
      for (const built of extensions) await this.#startOne(built);
      for (const built of [...exporters, ...steps, ...receivers]) await this.#startOne(built);
    } catch (error) {
      await this.#shutdownAfter(error);
      throw error;
    }
    if (this.#stopping !== undefined) return;
    this.#status.enter('ready');
    this.#events.ready();
  }

  async #startOne(built: BuiltComponent): Promise<void> {
    if (this.#stopping !== undefined) return;
    try {
      this.#startingOne = built.component.start(this.#hostOf(built));
      await this.#startingOne;
    } catch (error) {
      const subject = `${JSON.stringify(built.id)} ${built.kind}`;
      const prefix =
        built.kind === 'extension'
          ? `failed to start extensions: failed to start extension ${JSON.stringify(built.id)}`
          : `cannot start pipelines: failed to start ${subject}`;
      throw new ServiceError('START_FAILED', `${prefix}: ${listenProblem(error)}`, {
        component: built.name,
        cause: error,
      });
    }
  }

  /** The first failure is the one that is told; what fails on the way down was logged. */
  async #shutdownAfter(cause: unknown): Promise<void> {
    try {
      await this.shutdown();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw new AggregateError([cause, error]);
    }
  }

  async #shutdown(): Promise<void> {
    this.#events.shutdownStarting();
    this.#status.enter('stopping');
    const begun = performance.now();
    await settled(this.#startingOne, this.#deadlineMs);
    const errors = await shutDown(this.#graph, {
      events: this.#events,
      deadlineMs: Math.max(0, Math.ceil(this.#deadlineMs - (performance.now() - begun))),
    });
    this.#endProcessMetrics();
    this.#status.enter('stopped');
    this.#events.shutdownComplete();
    if (errors.length === 0) return;
    const text = errors.map((error) => error.message).join('; ');
    throw new ServiceError('SHUTDOWN_FAILED', `failed to shutdown pipelines: ${text}`, {
      cause: new AggregateError(errors),
    });
  }

  #hostOf(built: BuiltComponent): Host {
    return {
      extension: (id) => this.#extension(id),
      authenticator: (id) => this.#authenticator(id),
      reportStatus: (status) => this.#report(built, status),
      serviceStatus: () => this.#status.snapshot(),
      serviceOutline: () => this.#outline,
    };
  }

  #extension(id: string): Component | undefined {
    return this.#graph.extensions.find((built) => built.id === id)?.component;
  }

  #authenticator(id: string): Authenticator {
    const extension = this.#extension(id);
    if (extension !== undefined && isAuthenticator(extension)) return extension;
    const reason =
      extension === undefined
        ? 'authenticator not found'
        : 'requested extension is not an authenticator';
    throw new SondeError(
      'INTERNAL',
      `failed to resolve authenticator ${JSON.stringify(id)}: ${reason}`,
    );
  }

  #report(built: BuiltComponent, status: ComponentStatus): void {
    const changed = this.#status.report(built.name, status);
    this.#onStatus(built.name, status);
    if (status.state !== 'fatal') {
      if (changed) this.#events.statusChanged(built.name, status.state, status.error);
      return;
    }
    this.#events.failedAfterStart(built.name, status.error);
    const reason = status.error?.message ?? 'fatal status';
    this.#reportFatal(
      new ServiceError('COMPONENT_FATAL', `${built.name} failed: ${reason}`, {
        component: built.name,
        ...(status.error === undefined ? {} : { cause: status.error }),
      }),
    );
  }
}
