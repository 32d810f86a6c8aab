import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { GATEWAY_ENVIRONMENT, GATEWAY_NODE_ARGS } from '@sonde/cli/gateway-start';
import { median } from '@sonde/proto/bench/codec';
import { type SpawnedEngine, spawnEngine } from '@sonde/store';
import { ROOT } from '../../tidy/repository.ts';
import { cpuSecondsOf, OtlpServer, otlpReceiver } from '../otlp-servers.ts';
import { type FleetSignal, ROWS_PER_SLICE } from './fleet.ts';

/**
 * OTLP/HTTP -> `batch` -> `clickhouse` of both engines into the embedded engine: the same protocol,
 * format, compression and rows an insert, each into its own schema. CPU of the gateway and of the
 * store a million items, memory, and how long Sonde's event loop was held.
 */
const TOKEN = 'internal-token-of-the-bench';
const ROUNDS = 3;
/** Until V8 has compiled what a request meets: a gateway runs for weeks. */
const WARM_SLICES = 128;
/** It comes compiled. */
const COLLECTOR_WARM_SLICES = 16;
const SLICES = 16;
const SIGNALS: readonly FleetSignal[] = ['traces', 'logs', 'metrics'];
const CPU_BAR = 0.2;
const MEMORY_MB_BAR = 400;
const HOLD_MS_BAR = 20;
/** All slices of the phase lie within the last hour of this day. */
const SLICES_A_DAY = 24 * 250;
const WAIT_MS = 60_000;
const POLL_MS = 50;

const TABLES: Readonly<Record<'sonde' | 'otel', Readonly<Record<FleetSignal, string>>>> = {
  sonde: { traces: 'spans', logs: 'logs', metrics: 'metric_samples, metric_histograms' },
  otel: {
    traces: 'otel_traces',
    logs: 'otel_logs',
    metrics: 'otel_metrics_gauge, otel_metrics_sum, otel_metrics_histogram',
  },
};

/** A gateway with a store of its own. */
interface Side {
  readonly database: 'sonde' | 'otel';
  readonly server: OtlpServer;
  readonly engine: SpawnedEngine;
  nextSlice: Record<FleetSignal, number>;
  /** By signal, as soon as something is sent. */
  readonly senders: Map<FleetSignal, Sender>;
}

/** A process that keeps its connections between rounds, as SDKs and Collectors do. */
class Sender {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<unknown>;

  constructor(address: string, signal: FleetSignal) {
    const file = join(import.meta.dirname, 'fleet-sender.ts');
    const day = [String(DAY_END_MS), String(SLICES_A_DAY)];
    const args = ['--import', 'tsx', file, address, signal, '-', '-', ...day];
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#ended = once(this.#child, 'exit');
  }

  /** Resolves when the slices `[from, to)` are answered. */
  async send(from: number, to: number): Promise<void> {
    this.#child.stdin.write(`${from} ${to}\n`);
    const answered = once(this.#child.stdout, 'data').then(() => true);
    if (!(await Promise.race([answered, this.#ended.then(() => false)]))) {
      throw new Error('the sender ended before all was answered');
    }
  }

  /** Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }
}

interface Figures {
  readonly gateway: number;
  readonly store: number;
}

async function ask({ engine }: { readonly engine: SpawnedEngine }, sql: string): Promise<string> {
  const headers = { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': TOKEN };
  const answer = await fetch(engine.url, { method: 'POST', headers, body: sql });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text.trim();
}

async function rowsOf(side: Side, signal: FleetSignal): Promise<number> {
  const names = TABLES[side.database][signal].split(', ').map((name) => `'${name}'`);
  const sql = `SELECT sum(total_rows) FROM system.tables
    WHERE database = '${side.database}' AND name IN (${names.join(', ')})`;
  return Number(await ask(side, sql));
}

/** Sends slices and waits until their rows are in the store. */
async function send(side: Side, signal: FleetSignal, slices: number): Promise<Figures> {
  const before = await rowsOf(side, signal);
  const cpuBefore = cpuOf(side);
  const from = side.nextSlice[signal];
  side.nextSlice[signal] = from + slices;
  let sender = side.senders.get(signal);
  if (sender === undefined) {
    sender = new Sender(side.server.addresses.http, signal);
    side.senders.set(signal, sender);
  }
  await sender.send(from, from + slices);
  const items = slices * ROWS_PER_SLICE;
  const deadline = Date.now() + WAIT_MS;
  while ((await rowsOf(side, signal)) < before + items) {
    if (Date.now() > deadline) throw new Error(`${side.database}: rows of ${signal} are missing`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const cpu = cpuOf(side);
  const perMillion = (seconds: number): number => (seconds * 1e6) / items;
  return {
    gateway: perMillion(cpu.gateway - cpuBefore.gateway),
    store: perMillion(cpu.store - cpuBefore.store),
  };
}

function cpuOf({ server, engine }: Side): Figures {
  return { gateway: server.cpuSeconds(), store: cpuSecondsOf(engine.pid) };
}

const DAY_END_MS: number = Date.now();
const FIRST_SLICE: number = SLICES_A_DAY - 240;

function configuration(url: string, database: string, more: object) {
  const pipeline = { receivers: ['otlp'], processors: ['batch'], exporters: ['clickhouse'] };
  return (addresses: OtlpServer['addresses']): object => ({
    receivers: otlpReceiver(addresses),
    // The same rows an insert on both sides: all that the sender has under way.
    processors: { batch: { send_batch_size: 8192, timeout: '200ms' } },
    exporters: {
      clickhouse: { endpoint: url, username: 'internal', password: TOKEN, database, ...more },
    },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline },
    },
  });
}

const STDIO: { readonly stdio: ['ignore', 'ignore', 'pipe'] } = {
  stdio: ['ignore', 'ignore', 'pipe'],
};

async function startSide(
  database: Side['database'],
  folder: string,
  start: (url: string) => Promise<OtlpServer>,
): Promise<Side> {
  const tokens = [{ role: 'internal', token: TOKEN }] as const;
  const engine = await spawnEngine({ directory: join(folder, database), tokens });
  const server = await start(engine.url);
  const nextSlice = { traces: FIRST_SLICE, logs: FIRST_SLICE, metrics: FIRST_SLICE };
  return { database, server, engine, nextSlice, senders: new Map() };
}

function startSonde(watchFile: string): (url: string) => Promise<OtlpServer> {
  const preload = ['--import', join(import.meta.dirname, 'loop-watch.mjs')];
  const command = [join(ROOT, 'cli/dist/sonde.js'), 'gateway', '--config'];
  return (url) =>
    OtlpServer.start(configuration(url, 'sonde', { compression: 'lz4' }), (yaml) =>
      spawn(process.execPath, [...GATEWAY_NODE_ARGS, ...preload, ...command, `yaml:${yaml}`], {
        ...STDIO,
        env: { ...GATEWAY_ENVIRONMENT, ...process.env, SONDE_LOOP_WATCH: watchFile },
      }),
    );
}

function startCollector(binary: string): (url: string) => Promise<OtlpServer> {
  return (url) =>
    OtlpServer.start(configuration(url, 'otel', { compress: 'lz4' }), (yaml) =>
      spawn(binary, ['--config', `yaml:${yaml}`], STDIO),
    );
}

/** Until neither store merges: what one wrote must not take the other's cores and caches. */
async function untilQuiet(sides: readonly Side[]): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  for (const side of sides) {
    while ((await ask(side, 'SELECT count() FROM system.merges')) !== '0') {
      if (Date.now() > deadline) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

async function compare(signal: FleetSignal, sonde: Side, collector: Side | undefined) {
  const nextPhase = (): boolean => process.kill(sonde.server.pid, 'SIGUSR2');
  nextPhase();
  await send(sonde, signal, WARM_SLICES);
  if (collector !== undefined) await send(collector, signal, COLLECTOR_WARM_SLICES);
  const sides = collector === undefined ? [sonde] : [sonde, collector];
  const ours: Figures[] = [];
  const theirs: Figures[] = [];
  nextPhase();
  for (let round = 0; round < ROUNDS; round++) {
    await untilQuiet(sides);
    if (collector !== undefined) theirs.push(await send(collector, signal, SLICES));
    await untilQuiet(sides);
    ours.push(await send(sonde, signal, SLICES));
  }
  // How long blocks hold the loop, apart from what compiling does, and from the CPU.
  nextPhase();
  await send(sonde, signal, ROUNDS * SLICES);
  nextPhase();
  const of = (all: readonly Figures[], key: keyof Figures): number =>
    median(all.map((figures) => figures[key]));
  const ratio = median(ours.map((own, i) => own.gateway / (theirs[i]?.gateway ?? Number.NaN)));
  const verdict =
    collector === undefined
      ? ''
      : `  ratio ${ratio.toFixed(3)} (bar ${CPU_BAR}: ${kept(ratio <= CPU_BAR)})`;
  const reference =
    collector === undefined
      ? ''
      : `Collector ${of(theirs, 'gateway').toFixed(2)} (store ${of(theirs, 'store').toFixed(2)})  `;
  console.log(
    `${signal.padEnd(8)} CPU-s a million: ${reference}Sonde ${of(ours, 'gateway').toFixed(2)} ` +
      `(store ${of(ours, 'store').toFixed(2)})${verdict}`,
  );
}

function kept(isKept: boolean): string {
  return isKept ? 'kept' : 'MISSED';
}

/** Bytes on disk a row, of the tables of a signal. */
async function bytesPerRow(side: Side, signal: FleetSignal): Promise<number> {
  const names = TABLES[side.database][signal].split(', ').map((name) => `'${name}'`);
  const sql = `SELECT sum(bytes_on_disk) / sum(rows) FROM system.parts
    WHERE active AND database = '${side.database}' AND table IN (${names.join(', ')})`;
  return Number(await ask(side, sql));
}

export async function compareIngest(binary: string | undefined): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-store-bench-'));
  const watchFile = join(folder, 'held.json');
  const sonde = await startSide('sonde', folder, startSonde(watchFile));
  const collector =
    binary === undefined ? undefined : await startSide('otel', folder, startCollector(binary));
  try {
    for (const signal of SIGNALS) await compare(signal, sonde, collector);
    for (const side of [sonde, collector]) {
      if (side === undefined) continue;
      const [spans, logs] = [await bytesPerRow(side, 'traces'), await bytesPerRow(side, 'logs')];
      console.log(
        `${side.database}: on disk ${spans.toFixed(0)} B a span, ${logs.toFixed(0)} B a log record`,
      );
    }
    const theirs =
      collector === undefined ? '' : `Collector ${collector.server.rssMegabytes().toFixed(0)} MB, `;
    const own = sonde.server.rssMegabytes();
    console.log(
      `memory at most: ${theirs}Sonde ${own.toFixed(0)} MB ` +
        `(bar ${MEMORY_MB_BAR}: ${kept(own <= MEMORY_MB_BAR)})`,
    );
  } finally {
    const sides = collector === undefined ? [sonde] : [sonde, collector];
    await Promise.all(sides.flatMap(({ senders }) => [...senders.values()].map((s) => s.stop())));
    await Promise.all([sonde.server.stop(), collector?.server.stop()]);
    await Promise.all([sonde.engine.stop(), collector?.engine.stop()]);
  }
  const { warm, cold }: Record<'warm' | 'cold', { readonly max: number; readonly p99: number }> =
    JSON.parse(readFileSync(watchFile, 'utf8'));
  console.log(
    `event loop held at most ${warm.max.toFixed(1)} ms, p99 ${warm.p99.toFixed(1)} ms ` +
      `(bar ${HOLD_MS_BAR}: ${kept(warm.max <= HOLD_MS_BAR)}); while compiling ` +
      `${cold.max.toFixed(1)} ms`,
  );
  rmSync(folder, { recursive: true, force: true });
}
