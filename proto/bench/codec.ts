import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { decodeRequests, type EncodedRequest, encodeColumns, scanRequest } from '../src/index.ts';
import { ITEMS_PER_REQUEST, type LoadSignal, loadRequest } from './load.ts';

const REQUESTS = 64;
const KEPT_REQUESTS = 4;
const WARM_ROUNDS = 3;
const MESSAGES: Readonly<Record<LoadSignal, string>> = {
  traces: 'TracesRequest',
  logs: 'LogsRequest',
  metrics: 'MetricsRequest',
};

// The messages with their texts as `string`, which is what users of protobufjs decode.
const BYTES_FIELDS = /bytes (?=trace_id|span_id|parent_span_id|bytes_value|profile_id)/;
const definition = readFileSync(join(import.meta.dirname, '../test/oracle/otlp.proto'), 'utf8')
  .split('\n')
  .map((line) => (BYTES_FIELDS.test(line) ? line : line.replace(/\bbytes (?=\w+ = )/, 'string ')))
  .join('\n');
const root = protobuf.parse(definition).root;

export interface CodecFigures {
  readonly bytesAnItem: number;
  /** Microseconds of CPU an item. */
  readonly decode: number;
  readonly decodeObjects: number;
  readonly encode: number;
  readonly encodeObjects: number;
  readonly scan: number;
}

function cpuMicroseconds(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const used = process.cpuUsage(before);
  return used.user + used.system;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >>> 1] ?? Number.NaN;
}

/** Each way once a round, one after the other, `rounds` times after warming up; medians. */
function interleaved<N extends string>(
  ways: Readonly<Record<N, () => void>>,
  names: readonly N[],
  rounds: number,
): (name: N) => number {
  const times = new Map<N, number[]>();
  for (let round = 0; round < WARM_ROUNDS + rounds; round++) {
    for (const name of names) {
      const used = cpuMicroseconds(ways[name]);
      if (round >= WARM_ROUNDS) times.set(name, [...(times.get(name) ?? []), used]);
    }
  }
  return (name) => median(times.get(name) ?? []) / (REQUESTS * ITEMS_PER_REQUEST);
}

/** Decoding first, while nothing is kept: a larger heap makes the garbage of objects dearer. */
export function measureCodec(signal: LoadSignal, rounds: number): CodecFigures {
  const requests: EncodedRequest[] = Array.from({ length: REQUESTS }, (_, seed) => ({
    signal,
    bytes: loadRequest(signal, seed + 1),
    itemCount: ITEMS_PER_REQUEST,
    tenant: 'default',
    receivedUnixMs: 1_764_000_000_000,
  }));
  const type = root.lookupType(`otlp.${MESSAGES[signal]}`);
  const reading = interleaved(
    {
      decodeObjects: () => {
        for (const { bytes } of requests) type.decode(bytes);
      },
      decode: () => {
        decodeRequests(signal, requests);
      },
      scan: () => {
        for (const { bytes } of requests) scanRequest(signal, bytes);
      },
    },
    ['decodeObjects', 'decode', 'scan'],
    rounds,
  );
  const kept = requests.slice(0, KEPT_REQUESTS);
  const objects = kept.map(({ bytes }) => type.decode(bytes));
  // As senders hold them: a request a batch.
  const batches = kept.map((request) => decodeRequests(signal, [request]));
  const writing = interleaved(
    {
      encodeObjects: () => {
        for (let turn = 0; turn < REQUESTS / KEPT_REQUESTS; turn++) {
          for (const object of objects) type.encode(object).finish();
        }
      },
      encode: () => {
        for (let turn = 0; turn < REQUESTS / KEPT_REQUESTS; turn++) {
          for (const columns of batches) encodeColumns(columns);
        }
      },
    },
    ['encodeObjects', 'encode'],
    rounds,
  );
  const bytes = requests.reduce((sum, request) => sum + request.bytes.length, 0);
  return {
    bytesAnItem: bytes / (REQUESTS * ITEMS_PER_REQUEST),
    decode: reading('decode'),
    decodeObjects: reading('decodeObjects'),
    encode: writing('encode'),
    encodeObjects: writing('encodeObjects'),
    scan: reading('scan'),
  };
}
