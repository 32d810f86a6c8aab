import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { decodeRequests, type EncodedRequest, scanRequest } from '../src/index.ts';
import { ITEMS_PER_REQUEST, type LoadSignal, loadRequest } from './load.ts';

/**
 * CPU of decoding to columns (fresh ones each time, as pipelines use them) and of scanning, against
 * protobufjs decoding the same requests to objects. Interleaved rounds in one process, medians.
 */
const REQUESTS = 64;
const ROUNDS = 9;
const WARM_ROUNDS = 4;
const BARS: Readonly<Record<LoadSignal, number>> = { traces: 0.25, logs: 0.35, metrics: 0.35 };
const MESSAGES: Readonly<Record<LoadSignal, string>> = {
  traces: 'TracesRequest',
  logs: 'LogsRequest',
  metrics: 'MetricsRequest',
};

// The oracle's messages with their texts as `string`, which is what protobufjs users decode.
const BYTES_FIELDS = /bytes (?=trace_id|span_id|parent_span_id|bytes_value)/;
const definition = readFileSync(join(import.meta.dirname, '../test/oracle/otlp.proto'), 'utf8')
  .split('\n')
  .map((line) => (BYTES_FIELDS.test(line) ? line : line.replace(/\bbytes (?=\w+ = )/, 'string ')))
  .join('\n');
const root = protobuf.parse(definition).root;

function cpuMicroseconds(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const used = process.cpuUsage(before);
  return used.user + used.system;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >>> 1] ?? Number.NaN;
}

function requestsOf(signal: LoadSignal): EncodedRequest[] {
  return Array.from({ length: REQUESTS }, (_, seed) => ({
    signal,
    bytes: loadRequest(signal, seed + 1),
    itemCount: ITEMS_PER_REQUEST,
    tenant: 'default',
    receivedUnixMs: 1_764_000_000_000,
  }));
}

function measure(signal: LoadSignal): string {
  const requests = requestsOf(signal);
  const type = root.lookupType(`otlp.${MESSAGES[signal]}`);
  const runs = {
    protobufjs: () => {
      for (const request of requests) type.decode(request.bytes);
    },
    columns: () => {
      decodeRequests(signal, requests);
    },
    scan: () => {
      for (const request of requests) scanRequest(signal, request.bytes);
    },
  };
  const times: Record<keyof typeof runs, number[]> = { protobufjs: [], columns: [], scan: [] };
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    for (const name of ['protobufjs', 'columns', 'scan'] as const) {
      const used = cpuMicroseconds(runs[name]);
      if (round >= WARM_ROUNDS) times[name].push(used);
    }
  }
  const items = REQUESTS * ITEMS_PER_REQUEST;
  const each = (name: keyof typeof runs): number => median(times[name]) / items;
  const ratio = each('columns') / each('protobufjs');
  const bytes = requests.reduce((sum, request) => sum + request.bytes.length, 0);
  return [
    signal.padEnd(8),
    `${Math.round(bytes / items)} B/item`.padStart(10),
    `protobufjs ${each('protobufjs').toFixed(2)} us`,
    `columns ${each('columns').toFixed(2)} us`,
    `scan ${each('scan').toFixed(2)} us`,
    `ratio ${ratio.toFixed(3)} (bar ${BARS[signal]}: ${ratio <= BARS[signal] ? 'kept' : 'MISSED'})`,
    `scan ratio ${(each('scan') / each('protobufjs')).toFixed(3)}`,
  ].join('  ');
}

for (const signal of ['traces', 'logs', 'metrics'] as const) {
  process.stdout.write(`${measure(signal)}\n`);
}
