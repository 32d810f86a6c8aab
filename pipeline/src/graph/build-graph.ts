import { SIGNALS, type Signal } from '@sonde/proto';
import type {
  Component,
  ComponentKind,
  Consumer,
  ConsumingComponent,
  CreateSettings,
  ReceiverFactory,
  SignallessCreateSettings,
  ThreadPlace,
} from '../component.ts';
import type { ConfiguredComponent, EngineConfig } from '../config/engine-config.ts';
import type { PipelineConfig } from '../config/pipeline-config.ts';
import { ExporterEvents } from '../events/exporter-events.ts';
import type { OwnTelemetry } from '../events/own-telemetry.ts';
import { ProcessorEvents } from '../events/processor-events.ts';
import { ReceiverEvents } from '../events/receiver-events.ts';
import type { Logger } from '../logger.ts';
import { MemoryBudget } from '../memory-budget.ts';
import { ServiceError } from '../service-error.ts';
import type { SettingsSource } from '../settings/settings-source.ts';
import type { ThreadProgram } from '../threads/receiver-thread.ts';
import { ThreadedReceiver } from '../threads/threaded-receiver.ts';
import type { BuiltComponent, Graph } from './built-component.ts';
import { checkConnectors } from './check-connectors.ts';
import { countIncoming, countOutgoing, countReceived, countSent } from './counted-consumer.ts';
import { fanOut } from './fan-out.ts';
import { reachedPipelines } from './reached-pipelines.ts';

export interface BuildOptions {
  readonly config: EngineConfig;
  readonly logger: Logger;
  readonly settings: SettingsSource;
  readonly telemetry: OwnTelemetry;
  /** Where receivers may have threads of their own; without, each runs in this one. */
  readonly threadProgram?: ThreadProgram;
  /** Which thread of a receiver this is. */
  readonly thread?: ThreadPlace;
}

/**
 * Makes every component that `service` names and joins them: one receiver an id, one processor a
 * pipeline, one exporter a (signal, id), one connector a (from, to, id). Nothing is started.
 * Throws `ServiceError` `BUILD_FAILED`.
 */
export function buildGraph(options: BuildOptions): Graph {
  checkConnectors(options.config);
  return new GraphBuilder(options).build();
}

class GraphBuilder {
  readonly #options: BuildOptions;
  readonly #memory = new MemoryBudget();
  readonly #config: EngineConfig;
  readonly #exporters = new Map<string, BuiltComponent & { readonly consumer: Consumer }>();
  readonly #connectors = new Map<string, Consumer>();
  readonly #entries = new Map<string, Consumer>();
  readonly #steps: BuiltComponent[] = [];

  constructor(options: BuildOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  build(): Graph {
    const extensions = this.#config.serviceExtensions.map((id) => this.#extension(id));
    const used = this.#usedReceivers();
    const here = used.filter((id) => this.#threadsOf(id) === 1);
    // What only threads of their own need is made by them.
    for (const id of reachedPipelines(this.#config, new Set(here)).keys()) {
      const pipeline = this.#config.pipelines.get(id);
      if (pipeline !== undefined) this.#entry(pipeline);
    }
    const receivers = used.map((id) =>
      here.includes(id) ? this.#receiver(id) : this.#threadedReceiver(id),
    );
    return { extensions, exporters: [...this.#exporters.values()], steps: this.#steps, receivers };
  }

  #extension(id: string): BuiltComponent {
    const configured = this.#config.extensions.get(id);
    if (configured === undefined) throw missing('extension', id);
    const component = create({ kind: 'extension', id, place: '' }, () =>
      configured.factory.create(this.#settings('extension', id), configured.config),
    );
    return { kind: 'extension', id, name: `extension ${id}`, component };
  }

  /** The first step of a pipeline; made once, after everything behind it. */
  #entry(pipeline: PipelineConfig): Consumer {
    const known = this.#entries.get(pipeline.id);
    if (known !== undefined) return known;
    let next = fanOut(pipeline.exporters.map((id) => this.#exit(id, pipeline)));
    for (const id of pipeline.processors.toReversed()) next = this.#processor(id, pipeline, next);
    this.#entries.set(pipeline.id, next);
    return next;
  }

  #exit(id: string, pipeline: PipelineConfig): Consumer {
    if (this.#config.connectors.has(id)) return this.#connectorExits(id, pipeline.signal);
    return this.#exporter(id, pipeline.signal);
  }

  #exporter(id: string, signal: Signal): Consumer {
    const name = `exporter ${id} ${signal}`;
    const known = this.#exporters.get(name);
    if (known !== undefined) return known.consumer;
    const configured = this.#config.exporters.get(id);
    if (configured === undefined) throw missing('exporter', id);
    const { factory, config } = configured;
    const named = { kind: 'exporter', id, place: forData(signal) } as const;
    checkSignal(named, signal, factory.signals);
    const settings = this.#signalSettings('exporter', id, signal);
    const component = create(named, () => factory.create(settings, config));
    const consumer = component.countsSent === true ? component : this.#counted(component, settings);
    this.#exporters.set(name, { kind: 'exporter', id, name, component, consumer });
    return consumer;
  }

  #counted(exporter: Consumer, { id, signal, logger }: CreateSettings): Consumer {
    const { telemetry } = this.#options;
    return countSent(exporter, new ExporterEvents({ id, signal, telemetry, logger }));
  }

  #processor(id: string, pipeline: PipelineConfig, next: Consumer): Consumer {
    const { signal } = pipeline;
    const configured = this.#config.processors.get(id);
    if (configured === undefined) throw missing('processor', id);
    const { factory, config } = configured;
    const place = `, in pipeline ${JSON.stringify(pipeline.id)}`;
    const named = { kind: 'processor', id, place } as const;
    checkSignal(named, signal, factory.signals);
    const events = new ProcessorEvents({ id, signal, telemetry: this.#options.telemetry });
    const settings = this.#signalSettings('processor', id, signal, pipeline.id);
    const component = create(named, () =>
      factory.create(settings, config, countOutgoing(next, events)),
    );
    this.#step('processor', id, `processor ${id} ${pipeline.id}`, component);
    return countIncoming(component, events);
  }

  /** A connector as an exporter: one instance for each signal it leads to. */
  #connectorExits(id: string, from: Signal): Consumer {
    const pairs = this.#config.connectors.get(id)?.factory.pairs[from] ?? {};
    const after = [...this.#config.pipelines.values()].filter(({ receivers }) =>
      receivers.includes(id),
    );
    const to = SIGNALS.filter(
      (signal) => pairs[signal] !== undefined && after.some((other) => other.signal === signal),
    );
    return fanOut(to.map((signal) => this.#connector(id, from, signal)));
  }

  #connector(id: string, from: Signal, to: Signal): Consumer {
    const name = `connector ${id} ${from} to ${to}`;
    const known = this.#connectors.get(name);
    if (known !== undefined) return known;
    const configured = this.#config.connectors.get(id);
    if (configured === undefined) throw missing('connector', id);
    const after = [...this.#config.pipelines.values()].filter(
      (pipeline) => pipeline.signal === to && pipeline.receivers.includes(id),
    );
    const pipelines = new Map(after.map((pipeline) => [pipeline.id, this.#entry(pipeline)]));
    const all = fanOut([...pipelines.values()]);
    const next = { pipelines, consume: all.consume.bind(all) };
    const settings = { ...this.#settings('connector', id), from, to };
    const component = create({ kind: 'connector', id, place: forData(from) }, () =>
      configured.factory.create(settings, configured.config, next),
    );
    this.#step('connector', id, name, component);
    this.#connectors.set(name, component);
    return component;
  }

  #step(kind: ComponentKind, id: string, name: string, component: Component): void {
    this.#steps.push({ kind, id, name, component });
  }

  #usedReceivers(): readonly string[] {
    const ids = [...this.#config.pipelines.values()].flatMap(({ receivers }) => receivers);
    return [...new Set(ids)].filter((id) => !this.#config.connectors.has(id));
  }

  #threadsOf(id: string): number {
    if (this.#options.threadProgram === undefined) return 1;
    const { factory, config } = this.#configuredReceiver(id);
    return factory.threads?.count(config) ?? 1;
  }

  #threadedReceiver(id: string): BuiltComponent {
    const { threadProgram: program, logger } = this.#options;
    const { factory, config } = this.#configuredReceiver(id);
    if (program === undefined) throw missing('receiver', id);
    const settings = this.#settings('receiver', id);
    const component = create({ kind: 'receiver', id, place: '' }, () => {
      const shared = factory.threads?.createHost?.(settings, config);
      const count = this.#threadsOf(id);
      return new ThreadedReceiver({ id, count, shared, program, config: this.#config, logger });
    });
    return { kind: 'receiver', id, name: `receiver ${id}`, component };
  }

  #configuredReceiver(id: string): ConfiguredComponent<ReceiverFactory> {
    const configured = this.#config.receivers.get(id);
    if (configured === undefined) throw missing('receiver', id);
    return configured;
  }

  #receiver(id: string): BuiltComponent {
    const { factory, config } = this.#configuredReceiver(id);
    const { thread } = this.#options;
    const settings = {
      ...this.#settings('receiver', id),
      ...(thread === undefined ? {} : { thread }),
    };
    const next: Partial<Record<Signal, Consumer>> = {};
    for (const signal of SIGNALS) {
      const pipelines = [...this.#config.pipelines.values()].filter(
        (pipeline) => pipeline.signal === signal && pipeline.receivers.includes(id),
      );
      if (pipelines.length === 0) continue;
      checkSignal({ kind: 'receiver', id, place: forData(signal) }, signal, factory.signals);
      const { telemetry } = this.#options;
      const logger = settings.logger.with({ 'otelcol.signal': signal });
      const events = new ReceiverEvents({ id, signal, telemetry, logger });
      const entries = pipelines.map((pipeline) => this.#entry(pipeline));
      next[signal] = countReceived(fanOut(entries), events);
    }
    const component = create({ kind: 'receiver', id, place: '' }, () =>
      factory.create(settings, config, next),
    );
    return { kind: 'receiver', id, name: `receiver ${id}`, component };
  }

  #settings(kind: ComponentKind, id: string): SignallessCreateSettings {
    const logger = this.#options.logger.with({
      'otelcol.component.id': id,
      'otelcol.component.kind': kind,
    });
    return {
      id,
      logger,
      configVersion: this.#config.version,
      settings: this.#options.settings,
      telemetry: this.#options.telemetry,
      memory: this.#memory,
    };
  }

  #signalSettings(
    kind: ComponentKind,
    id: string,
    signal: Signal,
    pipeline?: string,
  ): CreateSettings {
    const settings = this.#settings(kind, id);
    const logger = settings.logger.with({
      'otelcol.signal': signal,
      ...(pipeline === undefined ? {} : { 'otelcol.pipeline.id': pipeline }),
    });
    return { ...settings, signal, logger };
  }
}

function missing(kind: ComponentKind, id: string): ServiceError {
  return new ServiceError(
    'BUILD_FAILED',
    `failed to build pipelines: ${kind} ${JSON.stringify(id)} is not configured`,
  );
}

/** A component as upstream's errors name it. */
interface Named {
  readonly kind: ComponentKind;
  readonly id: string;
  /** What follows its kind: its signal, or its pipeline. */
  readonly place: string;
}

function forData(signal: Signal): string {
  return ` for data type ${JSON.stringify(signal)}`;
}

function checkSignal(
  named: Named,
  signal: Signal,
  supported: Readonly<Partial<Record<Signal, unknown>>>,
): void {
  if (supported[signal] === undefined) throw notCreated(named, 'telemetry type is not supported');
}

function create<C extends Component | ConsumingComponent>(named: Named, work: () => C): C {
  try {
    return work();
  } catch (error) {
    throw notCreated(named, error instanceof Error ? error.message : String(error), error);
  }
}

function notCreated({ kind, id, place }: Named, reason: string, cause?: unknown): ServiceError {
  const what = kind === 'extension' ? 'extensions' : 'pipelines';
  return new ServiceError(
    'BUILD_FAILED',
    `failed to build ${what}: failed to create ${JSON.stringify(id)} ${kind}${place}: ${reason}`,
    { component: `${kind} ${id}`, ...(cause === undefined ? {} : { cause }) },
  );
}
