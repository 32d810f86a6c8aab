import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { EmbeddedLog, HEADERS, TOPICS } from '@sonde/buffer';
import { median } from '@sonde/proto/bench/codec';
import { ITEMS_PER_REQUEST, loadRequest } from '@sonde/proto/bench/load';
import { type OtlpServer, otlpReceiver } from './otlp-servers.ts';
import { startSonde } from './pipeline-servers.ts';

/**
 * Rows a second out of the embedded log, decoded and written as blocks to a store that throws them
 * away: by one thread, and by two that share the partitions (`workers: 2`). The log is a folder that
 * both read from its start; no sender takes part. `SONDE_BENCH_REQUESTS` is its size: 3.2 GB as it is,
 * ten seconds of work, so that compiling and starting are not what is measured. The store takes next
 * to nothing of the two cores that the threads are to have.
 */
const ROUNDS = 3;
const REQUESTS: number = Number(process.env['SONDE_BENCH_REQUESTS'] ?? 14_400);
const DISTINCT_REQUESTS = 32;
/** Two a thread: while one waits for its insert and its sync, the other is decoded. */
const PARTITIONS = 4;
const ROWS_AN_INSERT = 8192;
const BAR = 1.6;
/** Until here code is compiled; measured from then on. */
const WARM_SHARE = 0.2;
const WAIT_MS = 600_000;

/** Takes inserts at once and counts the requests whose spans are in them, by the range in the token. */
class DiscardingStore {
  readonly url: string;
  readonly #program: ChildProcess;
  #requests = 0;
  #warmAtMs = 0;
  #warmRequests = 0;
  #onAll: () => void = () => {};

  private constructor(program: ChildProcess, lines: Interface, port: string) {
    this.#program = program;
    this.url = `http://127.0.0.1:${port}`;
    lines.on('line', (address) => this.#count(address));
  }

  static async start(): Promise<DiscardingStore> {
    const program = spawn('python3', [join(import.meta.dirname, 'discarding-store.py')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: program.stdout });
    const [port] = await once(lines, 'line');
    return new DiscardingStore(program, lines, String(port));
  }

  /** Rows a second between the end of the warm share and the last request. */
  async rowsPerSecond(): Promise<number> {
    this.#requests = 0;
    this.#warmAtMs = 0;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.#requests} requests`)), WAIT_MS);
      this.#onAll = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    const rows = (REQUESTS - this.#warmRequests) * ITEMS_PER_REQUEST;
    return (rows * 1000) / (performance.now() - this.#warmAtMs);
  }

  stop(): void {
    this.#program.kill();
  }

  #count(address: string): void {
    const token = new URL(address, this.url).searchParams.get('insert_deduplication_token') ?? '';
    const range = /\/(\d+)-(\d+)\/spans/.exec(token);
    if (range === null) return;
    this.#requests += Number(range[2]) - Number(range[1]);
    if (this.#warmAtMs === 0 && this.#requests >= REQUESTS * WARM_SHARE) {
      this.#warmAtMs = performance.now();
      this.#warmRequests = this.#requests;
    }
    if (this.#requests >= REQUESTS) this.#onAll();
  }
}

async function fillLog(directory: string): Promise<void> {
  const log = await EmbeddedLog.open(directory);
  await log.createTopic(TOPICS.traces, { partitions: PARTITIONS });
  const headers = { [HEADERS.tenant]: 'default', [HEADERS.items]: String(ITEMS_PER_REQUEST) };
  const records = Array.from({ length: DISTINCT_REQUESTS }, (_, seed) => ({
    value: loadRequest('traces', seed),
    headers,
    timestampUnixMs: Date.now(),
  }));
  for (let sent = 0; sent < REQUESTS; sent += DISTINCT_REQUESTS) {
    const some = records.slice(0, REQUESTS - sent);
    await log.append(TOPICS.traces, (sent / DISTINCT_REQUESTS) % PARTITIONS, some);
  }
  await log.close();
}

function start(directory: string, options: { url: string; workers: number; group: string }) {
  const { url, workers, group } = options;
  return startSonde((addresses) => ({
    receivers: {
      ...otlpReceiver(addresses),
      buffer: { directory, group, workers, batch: { items_max: ROWS_AN_INSERT } },
    },
    exporters: { clickhouse: { endpoint: url, username: 'internal', create_schema: false } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['buffer'], exporters: ['clickhouse'] } },
    },
  }));
}

async function measure(directory: string, store: DiscardingStore, workers: number, round: number) {
  const rows = store.rowsPerSecond();
  const group = `round-${round}-of-${workers}`;
  const server: OtlpServer = await start(directory, { url: store.url, workers, group });
  try {
    return await rows;
  } finally {
    await server.stop();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'sonde-workers-bench-'));
const store = await DiscardingStore.start();
try {
  await fillLog(folder);
  const one: number[] = [];
  const two: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    one.push(await measure(folder, store, 1, round));
    two.push(await measure(folder, store, 2, round));
  }
  const ratio = median(two.map((rows, round) => rows / (one[round] ?? Number.NaN)));
  const verdict = ratio >= BAR ? 'kept' : 'MISSED';
  const said = (rates: readonly number[]): string => `${Math.round(median(rates) / 1000)} k`;
  console.log(
    `rows a second, medians of ${ROUNDS} interleaved rounds: one thread ${said(one)}, two ${said(two)}, ` +
      `ratio ${ratio.toFixed(2)} (bar ${BAR}: ${verdict}); load ${loadavg()[0]?.toFixed(1)}`,
  );
} finally {
  store.stop();
  rmSync(folder, { recursive: true, force: true });
}
