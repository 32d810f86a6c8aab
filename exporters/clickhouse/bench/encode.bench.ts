import { type Columns, decodeRequests, type EncodedRequest } from '@sonde/proto';
import { ITEMS_PER_REQUEST, type LoadSignal, loadRequest } from '@sonde/proto/bench/load';
import { BlockWriter, DEFAULT_SCHEMA_OPTIONS } from '@sonde/store';
import { batchBlocks } from '../src/blocks/batch-blocks.ts';
import type { BatchBlocks } from '../src/blocks/batch-result.ts';
import { encodeParts } from '../src/blocks/parts.ts';
import { StoredKeys } from '../src/blocks/stored-keys.ts';

/**
 * CPU of turning columns into Native blocks, against decoding the same requests into those columns:
 * in the steady state (resources and series are stored already) and from nothing. Interleaved rounds
 * in one process, medians.
 */
const REQUESTS = 64;
const ROUNDS = 9;
const WARM_ROUNDS = 4;
const RETENTION_DAYS = 14;
const LIMITS = { rowsMax: 200_000, bytesMax: 128 * 1024 * 1024 };
/** The load's own time, so that the time rule leaves it alone. */
const RECEIVED_UNIX_MS = 1_764_000_060_000;

const writer = new BlockWriter();

function requestsOf(signal: LoadSignal): EncodedRequest[] {
  return Array.from({ length: REQUESTS }, (_, seed) => ({
    signal,
    bytes: loadRequest(signal, seed + 1),
    itemCount: ITEMS_PER_REQUEST,
    tenant: 'default',
    receivedUnixMs: RECEIVED_UNIX_MS,
  }));
}

interface Encoded {
  readonly batch: BatchBlocks;
  readonly bytes: number;
}

function encode(columns: Columns, stored: StoredKeys): Encoded {
  const batch = batchBlocks({
    schema: DEFAULT_SCHEMA_OPTIONS,
    columns,
    retention: { days: RETENTION_DAYS, rules: [] },
    stored,
  });
  let bytes = 0;
  for (const source of [...batch.catalogue, ...batch.rows]) {
    for (const block of encodeParts(source, writer, LIMITS)) bytes += block.bytes.length;
  }
  return { batch, bytes };
}

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

function measure(signal: LoadSignal): string {
  const requests = requestsOf(signal);
  const columns = decodeRequests(signal, requests);
  const stored = new StoredKeys();
  const first = encode(columns, stored);
  stored.remember(first.batch);
  let blockBytes = 0;
  const runs = {
    decode: () => {
      decodeRequests(signal, requests);
    },
    encode: () => {
      blockBytes = encode(columns, stored).bytes;
    },
    'encode from nothing': () => {
      encode(columns, new StoredKeys());
    },
    both: () => {
      encode(decodeRequests(signal, requests), stored);
    },
  };
  const names = ['decode', 'encode', 'encode from nothing', 'both'] as const;
  const times = new Map(names.map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    for (const name of names) {
      const used = cpuMicroseconds(runs[name]);
      if (round >= WARM_ROUNDS) times.get(name)?.push(used);
    }
  }
  const items = REQUESTS * ITEMS_PER_REQUEST;
  const each = (name: string): number => median(times.get(name) ?? []) / items;
  const wireBytes = requests.reduce((sum, request) => sum + request.bytes.length, 0);
  return [
    signal.padEnd(8),
    `${Math.round(wireBytes / items)} B wire, ${Math.round(blockBytes / items)} B block an item`,
    ...names.map((name) => `${name} ${each(name).toFixed(3)} us`),
    `encode / decode ${(each('encode') / each('decode')).toFixed(2)}`,
    `moved ${first.batch.movedCount}`,
  ].join('  ');
}

for (const signal of ['traces', 'logs', 'metrics'] as const) {
  process.stdout.write(`${measure(signal)}\n`);
}
