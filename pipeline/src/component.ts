import type { MessagePort } from 'node:worker_threads';
import type { Signal, WireVisits } from '@sonde/proto';
import type { z } from 'zod';
import type { Authenticator } from './authenticator.ts';
import type { FeatureGates } from './config/feature-gates.ts';
import type { PipelineConfig } from './config/pipeline-config.ts';
import type { OwnTelemetry } from './events/own-telemetry.ts';
import type { Logger } from './logger.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { SettingsSource } from './settings/settings-source.ts';
import type { Telemetry } from './telemetry.ts';

export type ComponentKind = 'receiver' | 'processor' | 'exporter' | 'connector' | 'extension';

/** How far a component's support of a signal goes, in the Collector's words. */
export type Stability = 'alpha' | 'beta' | 'stable';

/** What a component may know of its surroundings. Every component gets a host of its own. */
export interface Host {
  /** An extension's instance by its id as written in YAML; undefined when there is none. */
  extension(id: string): Component | undefined;
  /** The authenticator extension of that id; throws `SondeError` when it is missing or is none. */
  authenticator(id: string): Authenticator;
  /** Tells how the calling component fares after start; `fatal` ends the run with exit code 1. */
  reportStatus(status: ComponentStatus): void;
  /** How the whole service fares now; never waits. */
  serviceStatus(): ServiceStatus;
  /** What the service is made of; the same from start to shutdown. */
  serviceOutline(): ServiceOutline;
}

/** What pages about the service itself show. */
export interface ServiceOutline {
  readonly build: BuildInfo;
  /** When this configuration began to start. Milliseconds since the epoch. */
  readonly startedUnixMs: number;
  readonly pipelines: readonly PipelineConfig[];
  /** Ids in the order of starting. */
  readonly extensions: readonly string[];
  readonly gates: FeatureGates;
}

/** What a distribution calls itself. */
export interface BuildInfo {
  readonly command: string;
  readonly description: string;
  readonly version: string;
}

export interface ComponentStatus {
  readonly state: 'ok' | 'recoverable' | 'permanent' | 'fatal';
  readonly error?: Error;
}

export interface ServiceStatus {
  /** `ready` from the moment every component has started until shutdown begins. */
  readonly phase: 'starting' | 'ready' | 'stopping' | 'stopped';
  /** When the service became ready; undefined before. Milliseconds since the epoch. */
  readonly readySinceUnixMs: number | undefined;
  /** Last status of each component that reported one; `exporter clickhouse traces` is a name. */
  readonly components: ReadonlyMap<string, ComponentStatus>;
}

/**
 * The life cycle every component has. `start` and `shutdown` are idempotent; `shutdown` without
 * `start` is allowed.
 */
export interface Component {
  /** Opens ports and files, starts loops. A rejection stops the whole service from starting. */
  start(host: Host): Promise<void>;
  /**
   * Stops taking, finishes or hands back what is in flight, frees everything. When `deadline`
   * aborts, gives up what is left (unacknowledged data stays with its sender or in the buffer).
   */
  shutdown(deadline: AbortSignal): Promise<void>;
}

/** Takes telemetry. */
export interface Consumer {
  /**
   * Resolves when the data is safe with whoever took it: the acknowledgement may go back to the
   * sender. Rejects with a `SondeError`: `retryable` gives it back to the sender to try again,
   * permanent refuses it. Backpressure is a promise that takes its time.
   */
  consume(telemetry: Telemetry): Promise<void>;
  /**
   * Whether nobody has what it was given once `consume` has resolved, bytes included: their memory may
   * be written over then. Where it is not said, somebody may (a queue, traces that wait for more
   * spans). Nothing is said of a `consume` that rejects.
   */
  readonly givesBack?: boolean | undefined;
  /** Where the step before it can do its work on rows too, in one pass over the bytes. */
  readonly rowLink?: RowLink | undefined;
}

/** A step on rows, and who takes what it leaves. */
export interface RowLink {
  readonly stage: RowStage;
  readonly after: Consumer;
}

/** What a processor does to each row of requests that nobody has decoded. */
export interface RowStage {
  /** Set once it turned out that the stage takes columns. */
  isOff: boolean;
  /** Whether it writes to resources: what reads those before it is done before. */
  readonly changesResources: boolean;
  visitOf(telemetry: Telemetry): WireVisits;
  /** Told how many items of a batch came to it, and how many of those it dropped. */
  passed(arrived: number, dropped: number): void;
}

/** A processor, exporter or connector: a component that takes telemetry. */
export type ConsumingComponent = Component & Consumer;

/**
 * An exporter. One with `countsSent` counts what it sent and failed to send itself, because it
 * answers before it sends (`exporting/`); the graph counts for the others.
 */
export type ExportingComponent = ConsumingComponent & { readonly countsSent?: true };

export interface CreateSettings {
  /** The id as written in YAML: `otlp`, `otlp/internal`. */
  readonly id: string;
  readonly signal: Signal;
  /** Carries `otelcol.component.id`, `.kind` and, where there is one, `otelcol.signal`. */
  readonly logger: Logger;
  /**
   * Digest of what rows depend on in the effective configuration (merged and expanded; telemetry,
   * extensions and the places of receivers left out): two processes with the same one transform the
   * same bytes alike. What an intent records.
   */
  readonly configVersion: string;
  /** What people change while Sonde runs. Closed by the service, never by a component. */
  readonly settings: SettingsSource;
  /**
   * The instruments of the service. Absent where a component is made without one: then it counts
   * on the global meter provider.
   */
  readonly telemetry?: OwnTelemetry;
  /** What memory there is for all components. Absent where a component is made without a service. */
  readonly memory?: MemoryBudget;
  /** Which of several threads this is; absent where a receiver runs in the process's first thread. */
  readonly thread?: ThreadPlace;
}

/** One of several threads that share a receiver's partitions. */
export interface ThreadPlace {
  /** From 0 to `count` - 1. */
  readonly index: number;
  readonly count: number;
  /** The way to what the first thread holds for all (`ThreadHost`). */
  readonly port: MessagePort;
}

/** In the first thread: what a receiver's threads share. */
export interface ThreadHost extends Component {
  /** Serves one more thread; called after `start`. */
  connect(port: MessagePort): void;
}

/** Of a receiver that several threads can share, each with all that is behind it. */
export interface ReceiverThreads<C = unknown> {
  /** How many the configuration asks for; 1 is the process's first thread itself. */
  count(config: C): number;
  /** Absent where the threads share nothing. */
  createHost?(settings: SignallessCreateSettings, config: C): ThreadHost;
}

/**
 * What exporters write to and receivers of the same type read from, and no other process meanwhile:
 * so that a configuration in which the two do not meet is told of.
 */
export interface Passage {
  /** The key of the configuration that names it. */
  readonly key: string;
  /** As it stands there. */
  readonly place: string;
  /** The same for two that mean one, however each is written. */
  readonly identity: string;
}

/** The passage that an exporter writes to. */
export interface WrittenPassage extends Passage {
  /** How many threads can read a signal of it. */
  readonly partitions: number;
}

/** A receiver serves several signals and an extension none. */
export type SignallessCreateSettings = Omit<CreateSettings, 'signal'>;

/** A connector ends pipelines of one signal and begins pipelines of another (or the same). */
export interface ConnectorCreateSettings extends SignallessCreateSettings {
  readonly from: Signal;
  readonly to: Signal;
}

/** What the factories of every kind have. `C` is the decoded configuration of the component. */
interface FactoryBase<C> {
  /** As users write it in YAML. */
  readonly type: string;
  /** Other names the Collector has for it; accepted for ever. */
  readonly aliases?: readonly string[];
  /**
   * Defaults, unknown keys refused, checks: the only reading of the configuration.
   * `parse(undefined)` and `parse(null)` give the defaults where the component has them.
   */
  readonly config: z.ZodType<C>;
  /**
   * Of the surroundings that the configuration names, what `start` would refuse: upstream's text.
   * Asked before anything is created, so that `validate` and a reload hear of it. Only looks; never
   * waits, never throws.
   */
  foresee?(config: C): string | undefined;
}

export interface ReceiverFactory<C = unknown> extends FactoryBase<C> {
  readonly kind: 'receiver';
  readonly signals: Readonly<Partial<Record<Signal, Stability>>>;
  /** Absent where only one thread can run it. */
  readonly threads?: ReceiverThreads<C>;
  /** Absent where what it reads comes from elsewhere. */
  readsFrom?(config: C): Passage;
  /**
   * One instance an id: `create` is called once with the consumers of every signal that a pipeline
   * wants from it, so that one server serves all signals.
   */
  create(
    settings: SignallessCreateSettings,
    config: C,
    next: Readonly<Partial<Record<Signal, Consumer>>>,
  ): Component;
}

export interface ProcessorFactory<C = unknown> extends FactoryBase<C> {
  readonly kind: 'processor';
  readonly signals: Readonly<Partial<Record<Signal, Stability>>>;
  /** One instance a pipeline. */
  create(settings: CreateSettings, config: C, next: Consumer): ConsumingComponent;
}

export interface ExporterFactory<C = unknown> extends FactoryBase<C> {
  readonly kind: 'exporter';
  readonly signals: Readonly<Partial<Record<Signal, Stability>>>;
  /** Absent where others read what it writes. */
  writesTo?(config: C): WrittenPassage;
  /** One instance a (signal, id), shared by the pipelines that list it. */
  create(settings: CreateSettings, config: C): ExportingComponent;
}

/** What a connector gives to: all its pipelines at once, or one of them by id (`traces/errors`). */
export interface ConnectorNext extends Consumer {
  readonly pipelines: ReadonlyMap<string, Consumer>;
}

export interface ConnectorFactory<C = unknown> extends FactoryBase<C> {
  readonly kind: 'connector';
  /** From which signal to which. */
  readonly pairs: Readonly<Partial<Record<Signal, Readonly<Partial<Record<Signal, Stability>>>>>>;
  /** One instance a (from, to, id). */
  create(settings: ConnectorCreateSettings, config: C, next: ConnectorNext): ConsumingComponent;
}

export interface ExtensionFactory<C = unknown> extends FactoryBase<C> {
  readonly kind: 'extension';
  create(settings: SignallessCreateSettings, config: C): Component;
}

/**
 * Any factory. A factory's own configuration type is known to it alone; the engine hands `create`
 * what `config` returned.
 */
export type Factory =
  | ReceiverFactory
  | ProcessorFactory
  | ExporterFactory
  | ConnectorFactory
  | ExtensionFactory;
