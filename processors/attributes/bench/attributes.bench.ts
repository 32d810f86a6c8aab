import { Telemetry } from '@sonde/pipeline';
import { type Columns, decodeRequests, type EncodedRequest, encodeSegments } from '@sonde/proto';
import { ITEMS_PER_REQUEST, loadRequest } from '@sonde/proto/bench/load';
import { attributesStep } from '../src/attributes-step.ts';
import { attributesConfig } from '../src/index.ts';

/**
 * CPU of actions on the attributes of spans against decoding the same spans to columns, and of
 * encoding them again. Interleaved rounds in one process, medians.
 */
const REQUESTS = 64;
const ROUNDS = 9;
const WARM_ROUNDS = 4;
const SPANS: number = REQUESTS * ITEMS_PER_REQUEST;

const requests: EncodedRequest[] = Array.from({ length: REQUESTS }, (_, seed) => ({
  signal: 'traces',
  bytes: loadRequest('traces', seed + 1),
  itemCount: ITEMS_PER_REQUEST,
  tenant: 'default',
  receivedUnixMs: 1_764_000_000_000,
}));
const columns = decodeRequests('traces', requests);

const INSERT = { key: 'bench.environment', value: 'production', action: 'insert' };
const DELETE = { key: 'network.protocol.version', action: 'delete' };
const HASH = { key: 'url.path', action: 'hash' };
const NOTHING = { key: 'nobody.has.this', action: 'delete' };
const SERVICE = { match_type: 'regexp', services: ['^service-1'] };

const telemetry = new Telemetry({ signal: 'traces', requests, decode: () => columns });
const step = (actions: readonly object[], more: object = {}) => {
  const made = attributesStep(attributesConfig.parse({ actions, ...more }), 'traces');
  return (spans: Columns) => made(spans, telemetry);
};
const all = step([INSERT, DELETE, HASH]);
const insert = step([INSERT]);
const remove = step([DELETE]);
const hash = step([HASH]);
const some = step([INSERT, DELETE, HASH], { include: SERVICE });
const nothing = step([NOTHING]);
const changed = all(columns);

const runs: Readonly<Record<string, () => unknown>> = {
  decode: () => decodeRequests('traces', requests),
  'insert+delete+hash': () => all(columns),
  insert: () => insert(columns),
  delete: () => remove(columns),
  hash: () => hash(columns),
  'insert+delete+hash, some services': () => some(columns),
  'nothing to do': () => nothing(columns),
  encode: () => encodeSegments(changed),
};

function cpuMicroseconds(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const used = process.cpuUsage(before);
  return used.user + used.system;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >>> 1] ?? Number.NaN;
}

const times = new Map<string, number[]>();
for (let round = -WARM_ROUNDS; round < ROUNDS; round += 1) {
  for (const [name, run] of Object.entries(runs)) {
    const time = cpuMicroseconds(run) / SPANS;
    if (round >= 0) times.set(name, [...(times.get(name) ?? []), time]);
  }
}
const reference = median(times.get('decode') ?? []);
for (const [name, values] of times) {
  const time = median(values);
  const ratio = (time / reference).toFixed(2);
  process.stdout.write(`${name.padEnd(36)} ${time.toFixed(3)} us a span, ${ratio} of decode\n`);
}
