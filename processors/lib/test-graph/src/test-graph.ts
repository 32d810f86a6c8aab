import { deepStrictEqual } from 'node:assert/strict';
import {
  type BufferRange,
  buildGraph,
  type Consumer,
  fetchConfig,
  loadConfig,
  nullMeansDefaults,
  OwnTelemetry,
  type ProcessorFactory,
  type SettingsSource,
  type SondeError,
  StaticSettingsSource,
  type Telemetry,
} from '@sonde/pipeline';
import { contractHost, RecordingLogger } from '@sonde/pipeline/contract-suite';
import { decodeRequests, encodeSegments, protobufToJson, type Signal } from '@sonde/proto';
import { z } from 'zod';

const EMPTY = nullMeansDefaults(z.strictObject({}));

export interface TestGraphOptions<C> {
  readonly factory: ProcessorFactory<C>;
  readonly signal: Signal;
  /** The processor's configuration: YAML in one line, `{keys: [a]}`. */
  readonly config: string;
  /** What people set; the defaults when absent. */
  readonly settings?: SettingsSource;
  /** Whether it has no twin: for tests that count what a processor asks of others. */
  readonly alone?: boolean;
}

/**
 * A running pipeline of one receiver, the processor and one exporter. A processor that works on the
 * bytes of requests has a twin that is given columns: what comes of both must be the same.
 */
export class TestGraph {
  readonly arrived: Telemetry[] = [];
  readonly logger: RecordingLogger;
  /** What the exporter answers from now on; undefined takes the data. */
  refusal: SondeError | undefined;
  readonly #entry: Consumer;
  #twin: TestGraph | undefined;
  #isOnBytes = false;
  readonly #stop: () => Promise<void>;

  private constructor(entry: Consumer, logger: RecordingLogger, stop: () => Promise<void>) {
    this.logger = logger;
    this.#entry = entry;
    this.#stop = stop;
  }

  /** Builds and starts it. Rejects with what the processor's configuration is refused with. */
  static async start<C>(options: TestGraphOptions<C>): Promise<TestGraph> {
    const graph = await TestGraph.#startOne(options);
    if (graph.#isOnBytes && options.alone !== true)
      graph.#twin = await TestGraph.#startOne(options);
    return graph;
  }

  static async #startOne<C>(options: TestGraphOptions<C>): Promise<TestGraph> {
    const box: { graph?: TestGraph; entry?: Consumer } = {};
    const logger = new RecordingLogger();
    const built = buildGraph({
      config: await engineConfig(options, box),
      logger,
      settings: options.settings ?? new StaticSettingsSource(),
      telemetry: new OwnTelemetry(),
    });
    const components = [...built.exporters, ...built.steps, ...built.receivers];
    for (const { component } of components) await component.start(contractHost());
    const { entry } = box;
    if (entry === undefined) throw new Error('the graph has no entry');
    const graph = new TestGraph(entry, logger, async () => {
      const signal = new AbortController().signal;
      for (const { component } of components.toReversed()) await component.shutdown(signal);
    });
    box.graph = graph;
    graph.#isOnBytes = built.steps.some(({ component }) => 'rowLink' in component);
    return graph;
  }

  async send(telemetry: Telemetry): Promise<void> {
    if (this.#twin === undefined || !telemetry.isEncoded) return this.#entry.consume(telemetry);
    const decoded = telemetry.withRewritten([...telemetry.requests]);
    const [sent, twinSent] = await Promise.allSettled([
      this.#entry.consume(telemetry),
      this.#twin.#consumeColumns(decoded),
    ]);
    deepStrictEqual(outcome(sent), outcome(twinSent));
    deepStrictEqual(this.arrived.map(meaning), this.#twin.arrived.map(meaning));
    if (sent.status === 'rejected') throw sent.reason;
  }

  /** A batch that is no OTLP fails in either form. */
  async #consumeColumns(telemetry: Telemetry): Promise<void> {
    try {
      telemetry.columns();
    } catch {}
    await this.#entry.consume(telemetry);
  }

  async stop(): Promise<void> {
    await this.#twin?.stop();
    await this.#stop();
  }

  /** Called by the exporter. */
  take(telemetry: Telemetry): void {
    if (this.#twin !== undefined) this.#twin.refusal = this.refusal;
    if (this.refusal !== undefined) throw this.refusal;
    this.arrived.push(telemetry);
  }
}

function outcome(result: PromiseSettledResult<void>): string {
  return result.status === 'fulfilled' ? 'taken' : String(result.reason);
}

/** What a batch says and where it comes from, however it is encoded. */
function meaning(telemetry: Telemetry): unknown {
  const { signal, source, client, transport } = telemetry;
  const requests = encodeSegments(decodeRequests(signal, telemetry.requests));
  const texts = requests.map(({ bytes, tenant, receivedUnixMs }) => [
    protobufToJson(signal, bytes),
    tenant,
    receivedUnixMs,
  ]);
  return { texts, source, client, transport };
}

async function engineConfig<C>(
  { factory, signal, config }: TestGraphOptions<C>,
  box: { graph?: TestGraph; entry?: Consumer },
): Promise<ReturnType<typeof loadConfig>> {
  const yaml = `
receivers: {in: }
processors: {${factory.type}: ${config}}
exporters: {out: }
service: {pipelines: {${signal}: {receivers: [in], processors: [${factory.type}], exporters: [out]}}}
`;
  const resolved = await fetchConfig({
    configUris: [`yaml:${yaml}`],
    sets: [],
    env: {},
    warn: () => {},
  });
  const none = { start: async () => {}, shutdown: async () => {} };
  return loadConfig(resolved, {
    warn: () => {},
    factories: [
      {
        kind: 'receiver',
        type: 'in',
        config: EMPTY,
        signals: factory.signals,
        create: (_settings, _config, next) => {
          const entry = next[signal];
          if (entry !== undefined) box.entry = entry;
          return none;
        },
      },
      factory,
      {
        kind: 'exporter',
        type: 'out',
        config: EMPTY,
        signals: factory.signals,
        create: () => ({ ...none, consume: async (telemetry) => box.graph?.take(telemetry) }),
      },
    ],
  });
}

/** A range of the buffer, to see that it is kept. */
export const SOURCE: BufferRange = { topic: 'otlp', partition: 0, from: 7, to: 9 };
