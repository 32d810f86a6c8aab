import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConsumingComponent, Telemetry } from '@sonde/pipeline';
import { type Columns, decodeRequests } from '@sonde/proto';
import { ITEMS_PER_REQUEST, type LoadSignal, loadRequest } from '@sonde/proto/bench/load';
import { createStoreClient, Sql, type StoreClient, spawnEngine } from '@sonde/store';
import { clickHouseConfig, clickHouseExporterFactory } from '../src/index.ts';
import { createSettings, HOST, TOKEN } from '../test/engine.ts';

/**
 * CPU of the store's process for a million rows, by the materialized views that are there: none, one
 * at a time, all. Each variant has a database of its own; interleaved rounds, medians. Merges are
 * stopped meanwhile; what it costs to merge everything into one part is printed apart.
 */
const REQUESTS = 64;
const BATCHES = 4;
const ROUNDS = 5;
const WARM_ROUNDS = 1;
const TICKS_PER_SECOND = 100;
const START_UNIX_MS = Date.now() - 3_600_000;
const NONE = 'none';
const ALL = 'all';

interface Variant {
  readonly name: string;
  readonly database: string;
  readonly exporter: ConsumingComponent;
  readonly cpuSeconds: number[];
}

const directory = await mkdtemp(join(tmpdir(), 'sonde-views-bench-'));
const engine = await spawnEngine({ directory, tokens: [{ role: 'internal', token: TOKEN }] });
const client: StoreClient = createStoreClient({
  url: engine.url,
  role: 'internal',
  token: TOKEN,
  requestTimeoutMs: 600_000,
});

function engineCpuSeconds(): number {
  const stat = readFileSync(`/proc/${engine.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/**
 * The load's times are of a day long past: brought to now, or the store would drop the rows. Metrics
 * are the same series every 15 seconds, as collected ones are.
 */
function columnsOfNow(signal: LoadSignal, batch: number): Columns {
  const received = START_UNIX_MS + batch * 15_000;
  const seed = signal === 'metrics' ? 0 : batch;
  const requests = Array.from({ length: REQUESTS }, (_, i) => ({
    signal,
    bytes: loadRequest(signal, seed * REQUESTS + i + 1),
    itemCount: ITEMS_PER_REQUEST,
    tenant: 'default',
    receivedUnixMs: received,
  }));
  const columns = decodeRequests(signal, requests);
  const times =
    columns.signal === 'traces'
      ? [columns.startUnixNano, columns.endUnixNano]
      : columns.signal === 'logs'
        ? [columns.timeUnixNano]
        : columns.signal === 'metrics'
          ? [
              columns.numbers,
              columns.histograms,
              columns.exponentialHistograms,
              columns.summaries,
            ].flatMap((points) => [points.timeUnixNano, points.startTimeUnixNano])
          : [];
  for (const time of times) moveToNow(time, received);
  return columns;
}

function moveToNow(time: Int32Array, received: number): void {
  const words = new BigInt64Array(time.buffer, time.byteOffset, time.length >>> 1);
  const first = words.find((nanos) => nanos !== 0n) ?? 0n;
  const offset = BigInt(received - 60_000) * 1_000_000n - first;
  for (const [i, nanos] of words.entries()) if (nanos !== 0n) words[i] = nanos + offset;
}

const ROW = { parse: (row: unknown): string => Object.values(Object(row)).join(' ') };

async function select(text: string): Promise<readonly string[]> {
  return (await client.query(new Sql([text], []), ROW)).rows;
}

async function command(text: string): Promise<void> {
  await client.command(new Sql([text], []));
}

async function startVariant(signal: LoadSignal, name: string): Promise<Variant> {
  const database = `bench_${signal}_${name}`;
  const config = clickHouseConfig.parse({ endpoint: engine.url, password: TOKEN, database });
  const exporter = clickHouseExporterFactory.create(createSettings(signal), config);
  await exporter.start(HOST);
  for (const view of await viewsOf(database)) {
    if (name === ALL || view === name) continue;
    await command(`DROP TABLE ${database}.${view} SYNC`);
  }
  return { name, database, exporter, cpuSeconds: [] };
}

function viewsOf(database: string, sources = ''): Promise<readonly string[]> {
  return select(
    `SELECT name FROM system.tables WHERE database = '${database}' ` +
      `AND engine = 'MaterializedView' AND as_select LIKE '%${sources}%' ORDER BY name`,
  );
}

const RAW_TABLE: Readonly<Record<LoadSignal, string>> = {
  traces: 'spans',
  logs: 'logs',
  metrics: 'metric_',
};

/** CPU seconds of a turn of every job that the store runs itself. */
async function runJobs(database: string): Promise<number> {
  const before = engineCpuSeconds();
  const jobs = `SELECT view FROM system.view_refreshes WHERE database = '${database}'`;
  for (const job of await select(jobs)) {
    await command(`SYSTEM REFRESH VIEW ${database}.${job}`);
    await command(`SYSTEM WAIT VIEW ${database}.${job}`);
  }
  return engineCpuSeconds() - before;
}

/** CPU seconds of merging every table of a variant into one part a partition. */
async function mergeAll(database: string): Promise<number> {
  const tables = await select(
    `SELECT name FROM system.tables WHERE database = '${database}' AND total_rows > 0`,
  );
  const before = engineCpuSeconds();
  for (const table of tables) await command(`OPTIMIZE TABLE ${database}.${table} FINAL`);
  return engineCpuSeconds() - before;
}

async function measure(signal: LoadSignal): Promise<void> {
  await command('SYSTEM STOP MERGES');
  await command('SYSTEM STOP VIEWS');
  const all = await startVariant(signal, ALL);
  const raw = `bench_${signal}_${ALL}.${RAW_TABLE[signal]}`;
  const variants = [all, await startVariant(signal, NONE)];
  for (const view of await viewsOf(`bench_${signal}_${ALL}`, raw)) {
    variants.push(await startVariant(signal, view));
  }
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    const batches = Array.from({ length: BATCHES }, (_, i) =>
      columnsOfNow(signal, round * BATCHES + i),
    );
    for (const variant of variants) {
      const before = engineCpuSeconds();
      for (const columns of batches) {
        await variant.exporter.consume(
          new Telemetry({ signal, requests: [], decode: () => columns }),
        );
      }
      if (round >= WARM_ROUNDS) variant.cpuSeconds.push(engineCpuSeconds() - before);
    }
  }
  const items = BATCHES * REQUESTS * ITEMS_PER_REQUEST;
  await command('SYSTEM START VIEWS');
  for (const { name, database, cpuSeconds, exporter } of variants) {
    await exporter.shutdown(new AbortController().signal);
    const sorted = [...cpuSeconds].sort((a, b) => a - b);
    const insert = ((sorted[sorted.length >>> 1] ?? 0) / items) * 1e6;
    const jobs = ((await runJobs(database)) / items / (WARM_ROUNDS + ROUNDS)) * 1e6;
    await command('SYSTEM START MERGES');
    const merge = ((await mergeAll(database)) / items / (WARM_ROUNDS + ROUNDS)) * 1e6;
    process.stdout.write(
      `${signal.padEnd(8)} ${name.padEnd(40)} insert ${insert.toFixed(2)}, jobs ` +
        `${jobs.toFixed(2)}, merge ${merge.toFixed(2)} CPU-s a million rows\n`,
    );
    await command('SYSTEM STOP MERGES');
    await command(`DROP DATABASE ${database} SYNC`);
  }
}

const asked = process.argv.slice(2);
for (const signal of ['traces', 'logs', 'metrics'] as const) {
  if (asked.length === 0 || asked.includes(signal)) await measure(signal);
}
await client.close();
await engine.stop();
await rm(directory, { recursive: true, force: true });
