import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metrics } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OwnTelemetryConfig } from '../src/config/telemetry-config.ts';
import { RecordingLogger } from '../src/contract-fixtures.ts';
import { runService } from '../src/run-service.ts';
import type { Service } from '../src/service.ts';
import { fixtureFactories, Journal } from './fixture-components.ts';

const OLD = `
receivers: {nop: }
exporters: {nop: }
service: {pipelines: {traces: {receivers: [nop], exporters: [nop]}}}
`;
const NEW = `
receivers: {nop/new: }
exporters: {nop: }
service: {pipelines: {traces: {receivers: [nop/new], exporters: [nop]}}}
`;

let folder: string;
let running: Run;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reload-'));
  running = new Run(join(folder, 'config.yaml'));
});

afterEach(async () => {
  await running.stop();
  await rm(folder, { recursive: true });
});

/** A run whose file the test changes. */
class Run {
  readonly journal = new Journal();
  readonly logger = new RecordingLogger();
  readonly telemetry: string[] = [];
  readonly #path: string;
  readonly #stop = new AbortController();
  readonly #ready: Service[] = [];
  #onReady: () => void = () => {};
  #ended: Promise<unknown> = Promise.resolve();
  #reload: () => void = () => {};

  constructor(path: string) {
    this.#path = path;
  }

  async start(yaml: string): Promise<void> {
    await writeFile(this.#path, yaml);
    const run = runService({
      configUris: [this.#path],
      factories: fixtureFactories(this.journal),
      env: {},
      logger: this.logger,
      signal: this.#stop.signal,
      startTelemetry: async (config: OwnTelemetryConfig) => {
        this.telemetry.push(`start ${config.metrics.level}`);
        return {
          meterProvider: metrics.getMeterProvider(),
          end: async () => {
            this.telemetry.push(`end ${config.metrics.level}`);
          },
        };
      },
      reloads: {
        subscribe: (listener) => {
          this.#reload = listener;
          return () => {};
        },
      },
      onReady: (service) => {
        this.#ready.push(service);
        this.#onReady();
      },
    });
    this.#ended = run.catch((error: unknown) => error);
    await this.ready(1);
  }

  async change(yaml: string): Promise<void> {
    await writeFile(this.#path, yaml);
    this.#reload();
  }

  /** Resolves when services have become ready that often. */
  async ready(times: number): Promise<void> {
    while (this.#ready.length < times) {
      await new Promise<void>((resolve) => {
        this.#onReady = resolve;
      });
    }
  }

  /** Resolves with the fields of the line, now or once it is written. */
  async line(message: string): Promise<Readonly<Record<string, unknown>>> {
    const found = (): Readonly<Record<string, unknown>> | undefined =>
      this.logger.lines.find((line) => line.message === message)?.fields;
    await expect.poll(found, { interval: 1 }).toBeDefined();
    return found() ?? {};
  }

  get ended(): Promise<unknown> {
    return this.#ended;
  }

  async stop(): Promise<unknown> {
    this.#stop.abort();
    return this.#ended;
  }
}

describe('a reload', () => {
  it('replaces the pipelines: the old ones are down before the new ones start', async () => {
    await running.start(OLD);
    await running.change(NEW);
    await running.ready(2);
    expect(running.journal.entries).toEqual([
      'start exporter nop traces',
      'start receiver nop',
      'shutdown receiver nop',
      'shutdown exporter nop traces',
      'start exporter nop traces',
      'start receiver nop/new',
    ]);
    expect(await running.line('Config updated, restart service')).toHaveProperty('config_version');
    expect(await running.stop()).toBeUndefined();
    expect(running.journal.entries.at(-1)).toBe('shutdown exporter nop traces');
  });

  it('keeps the pipelines when the file is bad, and says everything that is wrong', async () => {
    await running.start(OLD);
    await running.change('receivers: {nope: }\nservice: {pipelines: {traces: {exporters: [x]}}}');
    const { error } = await running.line('Config is invalid, the running pipelines stay');
    expect(error).toContain('unknown type: "nope" for id: "nope"');
    expect(error).toContain('references exporter "x" which is not configured');
    expect(running.journal.entries).toEqual(['start exporter nop traces', 'start receiver nop']);
  });

  it('keeps them when the graph cannot be built', async () => {
    await running.start(OLD);
    await running.change(
      'receivers: {nop: }\nexporters: {debug: }\n' +
        'service: {pipelines: {logs: {receivers: [nop], exporters: [debug]}}}',
    );
    const { error } = await running.line('Config is invalid, the running pipelines stay');
    expect(error).toContain('telemetry type is not supported');
    expect(running.journal.entries).not.toContain('shutdown receiver nop');
  });

  it('brings the old pipelines back when the new ones do not start', async () => {
    await running.start(OLD);
    running.journal.failing.set('start receiver nop/new', new Error('port taken'));
    await running.change(NEW);
    await running.ready(2);
    expect(running.journal.entries.slice(4)).toEqual([
      'start exporter nop traces',
      'start receiver nop/new',
      'shutdown receiver nop/new',
      'shutdown exporter nop traces',
      'start exporter nop traces',
      'start receiver nop',
    ]);
    const line = 'The new config does not start, the one before is started again';
    expect((await running.line(line))['error']).toContain('port taken');
  });

  it('ends the run when the old pipelines do not come back either', async () => {
    await running.start(OLD);
    running.journal.failing.set('start exporter nop traces', new Error('gone'));
    await running.change(NEW);
    expect(await running.ended).toMatchObject({ code: 'START_FAILED' });
  });

  it('is done once for all requests that come while one is worked on', async () => {
    await running.start(OLD);
    // One after the other: three writers at once could leave any of them in the file.
    for (const yaml of [NEW, OLD, NEW]) await running.change(yaml);
    await running.ready(2);
    await running.change(OLD);
    await running.ready(3);
    const starts = running.journal.entries.filter((entry) => entry.startsWith('start receiver'));
    expect(starts.length).toBeLessThanOrEqual(4);
  });

  it('leaves own telemetry running when it stays the same, and replaces it when not', async () => {
    await running.start(OLD);
    await running.change(NEW);
    await running.ready(2);
    expect(running.telemetry).toEqual(['start normal']);
    await running.change(`${NEW.trimEnd().slice(0, -1)}, telemetry: {metrics: {level: none}}}`);
    await running.ready(3);
    expect(running.telemetry).toEqual(['start normal', 'end normal', 'start none']);
    await running.stop();
    expect(running.telemetry.at(-1)).toBe('end none');
  });

  it('does not outlive the end of the run', async () => {
    await running.start(OLD);
    await running.change(NEW);
    expect(await running.stop()).toBeUndefined();
    const counts = (kind: string): number =>
      running.journal.entries.filter((entry) => entry.startsWith(`${kind} receiver`)).length;
    expect(counts('shutdown')).toBe(counts('start'));
  });
});
