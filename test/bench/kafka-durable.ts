import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from '@sonde/proto/bench/codec';
import { type SpawnedEngine, spawnEngine } from '@sonde/store';
import { cpuSecondsOf, type OtlpServer, otlpReceiver } from './otlp-servers.ts';
import { startCollector, startSonde } from './pipeline-servers.ts';
import { type FleetSignal, ROWS_PER_SLICE } from './store/fleet.ts';

/**
 * OTLP/HTTP -> embedded log, synced before the answer -> `clickhouse`, beside the Collector's
 * `clickhouse` behind a queue on `file_storage` with `fsync`, each into an embedded engine of its
 * own, the same rows an insert: CPU of the gateway a million items.
 */
const run = promisify(execFile);
const TOKEN = 'internal-token-of-the-bench';
const ROUNDS = 3;
const WARM_SLICES = 24;
const SLICES = 12;
const CPU_BAR = 0.3;
const ALL_SIGNALS: readonly FleetSignal[] = ['traces', 'logs', 'metrics'];
const WANTED = process.env['SONDE_BENCH_SIGNALS'];
const SIGNALS: readonly FleetSignal[] = ALL_SIGNALS.filter(
  (signal) => WANTED === undefined || WANTED.includes(signal),
);
/** All slices of the phase lie within the last hour of this day. */
const SLICES_A_DAY = 24 * 250;
const FIRST_SLICE: number = SLICES_A_DAY - 240;
const DAY_END_MS: number = Date.now();
const WAIT_MS = 900_000;
/** An insert that is given up and sent again would be measured twice, and stored twice. */
const INSERT_TIMEOUT = '300s';
const POLL_MS = 100;
const ROWS_AN_INSERT = 8192;

const TABLES: Readonly<Record<Side['database'], Readonly<Record<FleetSignal, string>>>> = {
  sonde: { traces: 'spans', logs: 'logs', metrics: 'metric_samples,metric_histograms' },
  otel: {
    traces: 'otel_traces',
    logs: 'otel_logs',
    metrics: 'otel_metrics_gauge,otel_metrics_sum,otel_metrics_histogram',
  },
};

interface Side {
  readonly database: 'sonde' | 'otel';
  readonly server: OtlpServer;
  readonly engine: SpawnedEngine;
  nextSlice: number;
}

type Configure = Parameters<typeof startSonde>[0];

function sondeConfiguration(url: string, folder: string): Configure {
  const directory = join(folder, 'log');
  const into = { receivers: ['otlp'], exporters: ['buffer'] };
  const out = { receivers: ['buffer'], exporters: ['clickhouse'] };
  return (addresses) => ({
    receivers: {
      ...otlpReceiver(addresses),
      buffer: { directory, batch: { items_max: ROWS_AN_INSERT, timeout: '200ms' } },
    },
    exporters: {
      buffer: { directory },
      clickhouse: {
        endpoint: url,
        username: 'internal',
        password: TOKEN,
        compression: 'lz4',
        timeout: INSERT_TIMEOUT,
      },
    },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: Object.fromEntries(
        SIGNALS.flatMap((signal) => [
          [`${signal}/in`, into],
          [`${signal}/out`, out],
        ]),
      ),
    },
  });
}

function collectorConfiguration(url: string, folder: string): Configure {
  const directory = join(folder, 'queue');
  mkdirSync(directory, { recursive: true });
  const pipeline = { receivers: ['otlp'], exporters: ['clickhouse'] };
  const login = { username: 'internal', password: TOKEN, database: 'otel', compress: 'lz4' };
  const batch = { min_size: ROWS_AN_INSERT, max_size: ROWS_AN_INSERT, flush_timeout: '200ms' };
  return (addresses) => ({
    receivers: otlpReceiver(addresses),
    extensions: { file_storage: { directory, fsync: true } },
    exporters: {
      clickhouse: {
        endpoint: url,
        ...login,
        timeout: INSERT_TIMEOUT,
        sending_queue: { storage: 'file_storage', queue_size: 10_000, batch },
      },
    },
    service: {
      telemetry: { metrics: { level: 'none' } },
      extensions: ['file_storage'],
      pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline },
    },
  });
}

async function rowsOf({ engine, database }: Side, signal: FleetSignal): Promise<number> {
  const names = TABLES[database][signal].split(',').map((name) => `'${name}'`);
  const body = `SELECT sum(total_rows) FROM system.tables
    WHERE database = '${database}' AND name IN (${names.join(', ')})`;
  const headers = { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': TOKEN };
  const answer = await fetch(engine.url, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return Number(text);
}

interface Cost {
  readonly gateway: number;
  readonly store: number;
}

/** CPU seconds a million items, when their rows are in the store. */
async function send(side: Side, signal: FleetSignal, slices: number): Promise<Cost> {
  const { server, engine } = side;
  const wanted = (await rowsOf(side, signal)) + slices * ROWS_PER_SLICE;
  const before = [server.cpuSeconds(), cpuSecondsOf(engine.pid)] as const;
  const range = [String(side.nextSlice), String(side.nextSlice + slices)];
  side.nextSlice += slices;
  const sender = join(import.meta.dirname, 'store/fleet-sender.ts');
  const args = [server.addresses.http, signal, ...range, String(DAY_END_MS), String(SLICES_A_DAY)];
  await run(process.execPath, ['--import', 'tsx', sender, ...args]);
  const deadline = Date.now() + WAIT_MS;
  while ((await rowsOf(side, signal)) < wanted) {
    if (Date.now() > deadline) throw new Error(`${side.database}: rows of ${signal} are missing`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const perMillion = (seconds: number): number => (seconds * 1e6) / (slices * ROWS_PER_SLICE);
  return {
    gateway: perMillion(server.cpuSeconds() - before[0]),
    store: perMillion(cpuSecondsOf(engine.pid) - before[1]),
  };
}

async function compare(
  signal: FleetSignal,
  { sonde, collector }: { readonly sonde: Side; readonly collector: Side | undefined },
): Promise<string> {
  const ours: Cost[] = [];
  const theirs: Cost[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const slices = round < 0 ? WARM_SLICES : SLICES;
    const their = collector && (await send(collector, signal, slices));
    const our = await send(sonde, signal, slices);
    if (round < 0) continue;
    ours.push(our);
    if (their !== undefined) theirs.push(their);
  }
  const said = `Sonde ${costText(ours)}`;
  if (collector === undefined) return said;
  const ratio = median(ours.map(({ gateway }, i) => gateway / (theirs[i]?.gateway ?? Number.NaN)));
  const verdict = ratio <= CPU_BAR ? 'kept' : 'MISSED';
  return `Collector ${costText(theirs)}  ${said}  ratio ${ratio.toFixed(2)} (bar ${CPU_BAR}: ${verdict})`;
}

function costText(costs: readonly Cost[]): string {
  const of = (key: keyof Cost): string => median(costs.map((cost) => cost[key])).toFixed(2);
  return `${of('gateway')} (store ${of('store')})`;
}

/** `binary`: the Collector; Sonde alone is measured without. */
export async function compareDurable(binary: string | undefined): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-durable-bench-'));
  const open = async (
    database: Side['database'],
    start: (url: string) => Promise<OtlpServer>,
  ): Promise<Side> => {
    const tokens = [{ role: 'internal', token: TOKEN }] as const;
    const engine = await spawnEngine({ directory: join(folder, database), tokens });
    return { database, engine, server: await start(engine.url), nextSlice: FIRST_SLICE };
  };
  const sonde = await open('sonde', (url) => startSonde(sondeConfiguration(url, folder)));
  const collector =
    binary === undefined
      ? undefined
      : await open('otel', (url) => startCollector(binary, collectorConfiguration(url, folder)));
  try {
    for (const signal of SIGNALS) {
      const line = await compare(signal, { sonde, collector });
      console.log(`${signal.padEnd(8)} synced log -> store, CPU-s a million items: ${line}`);
      for (const side of [sonde, collector]) if (side !== undefined) side.nextSlice = FIRST_SLICE;
    }
  } finally {
    await Promise.all([sonde.server.stop(), collector?.server.stop()]);
    await Promise.all([sonde.engine.stop(), collector?.engine.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}
