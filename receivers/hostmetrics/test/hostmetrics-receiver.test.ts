import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { createConsoleLogger, SondeError, type Telemetry } from '@sonde/pipeline';
import { contractHost } from '@sonde/pipeline/contract-suite';
import { type MetricColumns, scanRequest } from '@sonde/proto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hostMetricsConfig } from '../src/config.ts';
import { HostMetricsReceiver } from '../src/hostmetrics-receiver.ts';

const NO_DEADLINE = new AbortController().signal;

interface Running {
  readonly receiver: HostMetricsReceiver;
  readonly taken: Telemetry[];
  readonly lines: string[];
  /** Resolves when so many scrapes came. */
  came(count: number): Promise<void>;
}

interface RunOptions {
  readonly raw: Record<string, unknown>;
  readonly answer?: (telemetry: Telemetry) => Promise<void>;
}

async function run({ raw, answer }: RunOptions): Promise<Running> {
  const taken: Telemetry[] = [];
  const lines: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const tell = (): void => {
    for (const { count, resolve } of waiting) if (taken.length >= count) resolve();
  };
  const receiver = new HostMetricsReceiver({
    id: 'host_metrics',
    logger: createConsoleLogger({ level: 'debug', write: (line) => lines.push(line) }),
    config: hostMetricsConfig.parse({ initial_delay: '0s', collection_interval: '5ms', ...raw }),
    next: {
      consume: async (telemetry) => {
        taken.push(telemetry);
        tell();
        await answer?.(telemetry);
      },
    },
  });
  await receiver.start(contractHost());
  onTestFinished(() => receiver.shutdown(AbortSignal.abort()));
  const came = (count: number): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ count, resolve });
      tell();
    });
  return { receiver, taken, lines, came };
}

function columnsOf(telemetry: Telemetry | undefined): MetricColumns {
  const columns = telemetry?.columns();
  if (columns?.signal !== 'metrics') throw new Error('no metrics');
  return columns;
}

/** Names are shorter than 128 bytes: one byte of length stands before each. */
function nameOf({ names, name }: MetricColumns, row: number): string {
  const id = name[row] ?? 0;
  const bytes = names.run.bytes.subarray((names.offset[id] ?? 0) + 1, names.offset[id + 1]);
  return Buffer.from(bytes).toString();
}

function names(telemetry: Telemetry | undefined): string[] {
  const columns = columnsOf(telemetry);
  const seen = new Set<string>();
  for (let row = 0; row < columns.count; row += 1) {
    seen.add(nameOf(columns, row));
  }
  return [...seen];
}

const ALL = {
  cpu: null,
  memory: null,
  load: null,
  disk: null,
  filesystem: null,
  network: null,
  processes: null,
  paging: null,
  system: null,
};

describe('the host_metrics receiver', () => {
  it('reads this machine and hands on OTLP of every scraper', async () => {
    const { taken, came, lines } = await run({ raw: { scrapers: ALL } });
    await came(2);
    const [, second] = taken;
    const [request] = second?.requests ?? [];
    expect(second?.signal).toBe('metrics');
    expect(request?.tenant).toBe('default');
    expect(scanRequest('metrics', request?.bytes ?? new Uint8Array())).toBe(request?.itemCount);
    expect(names(second)).toEqual(
      expect.arrayContaining([
        'system.cpu.time',
        'system.cpu.utilization',
        'system.memory.usage',
        'system.memory.utilization',
        'system.cpu.load_average.1m',
        'system.disk.io',
        'system.filesystem.usage',
        'system.network.io',
        'system.network.connections',
        'system.processes.count',
        'system.processes.created',
        'system.paging.faults',
        'system.uptime',
      ]),
    );
    expect(lines.filter((line) => line.includes('Error scraping'))).toEqual([]);
  });

  it('gives points their kind, times and the resource of the host', async () => {
    const { taken, came } = await run({ raw: { scrapers: { cpu: null, system: null } } });
    await came(1);
    const columns = columnsOf(taken[0]);
    const kinds = new Map<string, number>();
    for (let row = 0; row < columns.count; row += 1) {
      kinds.set(nameOf(columns, row), columns.kind[row] ?? 0);
    }
    // 7 is a sum and 5 a gauge.
    expect(Object.fromEntries(kinds)).toEqual({
      'system.cpu.time': 7,
      'system.cpu.logical.count': 7,
      'system.uptime': 5,
    });
    const text = Buffer.from(taken[0]?.requests[0]?.bytes ?? []).toString('latin1');
    expect(text).toContain(hostname());
    expect(text).toContain('host.name');
    expect(text).not.toContain('service.name');
  });

  it('goes on without the scraper that fails, says so once, and says when it recovers', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'sonde-hostmetrics-'));
    onTestFinished(() => rm(root, { recursive: true }));
    await mkdir(path.join(root, 'proc'));
    await writeFile(path.join(root, 'proc/uptime'), '10.5 3\n');
    const scrapers = { load: null, system: null };
    const { taken, came, lines } = await run({ raw: { root_path: root, scrapers } });
    await came(5);
    for (const telemetry of taken) expect(names(telemetry)).toEqual(['system.uptime']);
    const said = (words: string): number => lines.filter((line) => line.includes(words)).length;
    expect(said('Error scraping metrics')).toBe(1);
    expect(lines.join('')).toContain('"scraper":"load"');
    await writeFile(path.join(root, 'proc/loadavg'), '1 2 3 1/2 3\n');
    await came(taken.length + 2);
    expect(names(taken.at(-1))).toContain('system.cpu.load_average.1m');
    expect(said('Scraper recovered')).toBe(1);
  });

  it('never has two scrapes at once, however slow the pipeline is', async () => {
    let inside = 0;
    let insideMax = 0;
    const { came } = await run({
      raw: { scrapers: { system: null }, collection_interval: '1ms' },
      answer: async () => {
        inside += 1;
        insideMax = Math.max(insideMax, inside);
        // Ten turns of the event loop: several intervals.
        for (let turn = 0; turn < 10; turn += 1) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        inside -= 1;
      },
    });
    await came(4);
    expect(insideMax).toBe(1);
  });

  it('goes on when the pipeline refuses, and says so', async () => {
    const { came, lines } = await run({
      raw: { scrapers: { system: null } },
      answer: () => Promise.reject(new SondeError('OVERLOADED', 'full')),
    });
    await came(3);
    expect(lines.some((line) => line.includes('Host metrics were not taken'))).toBe(true);
    expect(lines.join('')).toContain('OVERLOADED');
  });

  it('hands on the scrape in progress before it is shut down', async () => {
    let release: () => void = () => undefined;
    let isTaken = false;
    const { receiver, came } = await run({
      raw: { scrapers: { system: null } },
      answer: async () => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        isTaken = true;
      },
    });
    await came(1);
    const stopped = receiver.shutdown(NO_DEADLINE);
    release();
    await stopped;
    expect(isTaken).toBe(true);
  });
});
