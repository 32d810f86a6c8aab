import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { measureCodec, median } from '@sonde/proto/bench/codec';
import { ITEMS_PER_REQUEST, type LoadSignal } from '@sonde/proto/bench/load';
import { collectorPath } from '../system/peers.ts';
import { OtlpServer } from './otlp-servers.ts';

/**
 * OTLP in and out, CPU against references in the same run: decoding and encoding against
 * protobufjs, receiving and decoding by HTTP and gRPC against the Go Collector's `otlp` -> `nop`.
 */
const ROUNDS = 3;
const CODEC_ROUNDS = 9;
const REQUESTS = 400;
/** Until V8 has compiled what a request meets: a gateway runs for weeks. */
const WARM_REQUESTS = 1000;
const SIGNALS: readonly LoadSignal[] = ['traces', 'logs', 'metrics'];
const CODEC_BARS: Readonly<Record<LoadSignal, number>> = {
  traces: 0.25,
  logs: 0.35,
  metrics: 0.35,
};
const RECEIVE_BARS = { http: 0.5, grpc: 0.7 } as const;
type Protocol = keyof typeof RECEIVE_BARS;

const run = promisify(execFile);

function verdict(ratio: number, bar: number): string {
  return `ratio ${ratio.toFixed(3)} (bar ${bar}: ${ratio <= bar ? 'kept' : 'MISSED'})`;
}

function compareCodec(signal: LoadSignal): void {
  const figures = measureCodec(signal, CODEC_ROUNDS);
  const bar = CODEC_BARS[signal];
  const us = (value: number): string => `${value.toFixed(2)} us`;
  const { decode, decodeObjects, encode, encodeObjects, scan } = figures;
  const name = signal.padEnd(8);
  console.log(`${name} ${Math.round(figures.bytesAnItem)} B an item`);
  console.log(
    `${name} decode  protobufjs ${us(decodeObjects)}  columns ${us(decode)}  ` +
      verdict(decode / decodeObjects, bar),
  );
  console.log(
    `${name} encode  protobufjs ${us(encodeObjects)}  columns ${us(encode)}  ` +
      verdict(encode / encodeObjects, bar),
  );
  console.log(
    `${name} scan    ${us(scan)}  ratio ${(scan / decodeObjects).toFixed(3)} of decoding`,
  );
}

interface Task {
  readonly protocol: Protocol;
  readonly signal: LoadSignal;
}

async function send(server: OtlpServer, task: Task, requests: number): Promise<number> {
  const before = server.cpuSeconds();
  await run(process.execPath, [
    '--import',
    'tsx',
    join(import.meta.dirname, 'otlp-sender.ts'),
    task.protocol,
    server.addresses[task.protocol],
    task.signal,
    String(requests),
  ]);
  return ((server.cpuSeconds() - before) * 1e6) / (requests * ITEMS_PER_REQUEST);
}

async function compareReceiving(task: Task, sonde: OtlpServer, collector: OtlpServer) {
  await send(collector, task, WARM_REQUESTS);
  await send(sonde, task, WARM_REQUESTS);
  const theirs: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push(await send(collector, task, REQUESTS));
    ours.push(await send(sonde, task, REQUESTS));
  }
  const ratio = median(ours.map((own, i) => own / (theirs[i] ?? Number.NaN)));
  console.log(
    `${task.signal.padEnd(8)} ${task.protocol}  Collector ${median(theirs).toFixed(2)} us  ` +
      `Sonde ${median(ours).toFixed(2)} us  ${verdict(ratio, RECEIVE_BARS[task.protocol])}`,
  );
}

async function receiving(): Promise<void> {
  const binary = collectorPath();
  if (binary === undefined) {
    console.log('No Collector here (npm run setup:collector): receiving is not measured.');
    return;
  }
  const collector = await OtlpServer.collector(binary);
  const sonde = await OtlpServer.sonde();
  try {
    for (const protocol of ['http', 'grpc'] as const) {
      for (const signal of SIGNALS) await compareReceiving({ protocol, signal }, sonde, collector);
    }
    const [theirs, ours] = [collector.rssMegabytes(), sonde.rssMegabytes()];
    console.log(`memory at most: Collector ${theirs.toFixed(0)} MB, Sonde ${ours.toFixed(0)} MB`);
  } finally {
    await Promise.all([collector.stop(), sonde.stop()]);
  }
}

console.log(`CPU an item, medians; load ${loadavg()[0]?.toFixed(1)}`);
for (const signal of SIGNALS) compareCodec(signal);
await receiving();
console.log(`load ${loadavg()[0]?.toFixed(1)}`);
