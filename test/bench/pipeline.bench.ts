import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from '@sonde/proto/bench/codec';
import { ITEMS_PER_REQUEST, type LoadSignal } from '@sonde/proto/bench/load';
import { fullestCollectorPath } from '../system/peers.ts';
import { CheapSink } from './cheap-sink.ts';
import type { OtlpServer } from './otlp-servers.ts';
import { type Compression, pipelineInto, startCollector, startSonde } from './pipeline-servers.ts';

/**
 * `otlp` -> `transform`, `filter`, `attributes` -> `otlphttp` through the real gateway, beside the
 * Collector with the same configuration into the same sink: CPU of the process a million items, and
 * how long each takes from its start to ready. `PROFILE=1` keeps a CPU profile of Sonde instead.
 */
const ROUNDS = 3;
/** Half a million items a round: what a process pays after a pause is not what it costs at work. */
const REQUESTS = 1000;
/** Until V8 has compiled what a request meets: a gateway runs for weeks. */
const WARM_REQUESTS = 2000;
const SIGNALS: readonly LoadSignal[] = ['traces', 'logs', 'metrics'];
const CPU_BAR = 0.6;
const READY_MS_BAR = 1500;
const STARTS = 5;

const run = promisify(execFile);

/** CPU seconds a million items. */
async function send(server: OtlpServer, signal: LoadSignal, requests: number): Promise<number> {
  const before = server.cpuSeconds();
  const sender = join(import.meta.dirname, 'otlp-sender.ts');
  const args = ['http', server.addresses.http, signal, String(requests)];
  await run(process.execPath, ['--import', 'tsx', sender, ...args]);
  return ((server.cpuSeconds() - before) * 1e6) / (requests * ITEMS_PER_REQUEST);
}

interface Pair {
  readonly sonde: OtlpServer;
  /** Absent where none was built: Sonde's figures stand alone. */
  readonly collector: OtlpServer | undefined;
}

async function compare(signal: LoadSignal, { sonde, collector }: Pair): Promise<string> {
  const theirs: number[] = [];
  const ours: number[] = [];
  if (collector !== undefined) await send(collector, signal, WARM_REQUESTS);
  await send(sonde, signal, WARM_REQUESTS);
  for (let round = 0; round < ROUNDS; round++) {
    if (collector !== undefined) theirs.push(await send(collector, signal, REQUESTS));
    ours.push(await send(sonde, signal, REQUESTS));
  }
  const own = `Sonde ${median(ours).toFixed(2)} CPU-s`;
  if (collector === undefined) return own;
  const ratio = median(ours.map((one, i) => one / (theirs[i] ?? Number.NaN)));
  const verdict = ratio <= CPU_BAR ? 'kept' : 'MISSED';
  return (
    `Collector ${median(theirs).toFixed(2)} CPU-s  ${own}  ` +
    `ratio ${ratio.toFixed(2)} (bar ${CPU_BAR}: ${verdict})`
  );
}

interface Throughput {
  readonly compression: Compression;
  readonly signals: readonly LoadSignal[];
  readonly binary: string | undefined;
}

async function throughput({ compression, signals, binary }: Throughput): Promise<void> {
  const sink = new CheapSink();
  const configure = pipelineInto(await sink.listen(), compression);
  const sonde = await startSonde(configure);
  const collector = binary === undefined ? undefined : await startCollector(binary, configure);
  try {
    for (const signal of signals) {
      const line = await compare(signal, { sonde, collector });
      console.log(`${signal.padEnd(8)} ${compression}  ${line} a million items`);
    }
    const theirs = collector === undefined ? '' : `Collector ${memory(collector)}, `;
    console.log(`memory at most: ${theirs}Sonde ${memory(sonde)}`);
  } finally {
    await Promise.all([sonde.stop(), collector?.stop()]);
    sink.close();
  }
}

function memory(server: OtlpServer): string {
  return `${server.rssMegabytes().toFixed(0)} MB`;
}

async function readyMs(start: () => Promise<OtlpServer>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const began = performance.now();
    const server = await start();
    times.push(performance.now() - began);
    await server.stop();
  }
  return median(times);
}

async function starting(binary: string | undefined): Promise<void> {
  const configure = pipelineInto('http://127.0.0.1:9', 'none');
  const ours = await readyMs(() => startSonde(configure));
  const theirs =
    binary === undefined
      ? ''
      : `Collector ${(await readyMs(() => startCollector(binary, configure))).toFixed(0)} ms  `;
  const verdict = ours <= READY_MS_BAR ? 'kept' : 'MISSED';
  console.log(
    `start to ready: ${theirs}Sonde ${ours.toFixed(0)} ms (bar ${READY_MS_BAR}: ${verdict})`,
  );
}

/** A profile a signal, each of a gateway of its own. */
async function profile(): Promise<void> {
  for (const signal of SIGNALS) {
    const folder = mkdtempSync(join(tmpdir(), `sonde-profile-${signal}-`));
    const sink = new CheapSink();
    const sonde = await startSonde(pipelineInto(await sink.listen(), 'none'), folder);
    try {
      const cost = await send(sonde, signal, WARM_REQUESTS);
      console.log(`${signal}: ${cost.toFixed(2)} CPU-s a million items, profile in ${folder}`);
    } finally {
      await sonde.stop();
      sink.close();
    }
  }
}

async function main(): Promise<void> {
  if (process.env['PROFILE'] !== undefined) return profile();
  const binary = fullestCollectorPath();
  if (binary === undefined) {
    console.log('No Collector here (npm run setup:collector -- full): Sonde alone is measured.');
  }
  console.log(`medians of ${ROUNDS} interleaved rounds; load ${loadavg()[0]?.toFixed(1)}`);
  await throughput({ compression: 'none', signals: SIGNALS, binary });
  // The default of the exporter: what compression costs either comes on top.
  await throughput({ compression: 'gzip', signals: ['traces'], binary });
  await starting(binary);
  console.log(`load ${loadavg()[0]?.toFixed(1)}`);
}

await main();
