import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type LoadSignal, loadRequest } from '@sonde/proto/bench/load';
import { SondeError } from '../src/errors.ts';
import { packDeflate } from '../src/packing/deflate.ts';
import { type Packing, pack, unpack } from '../src/packing/index.ts';
import { inflate } from '../src/packing/inflate.ts';

/**
 * CPU of packing and unpacking OTLP, of all threads, against `gzipSync` and `gunzipSync` of node:zlib
 * on the same bytes; how much shorter they get; and the CPU that the main thread took at the most
 * before others had their turn. Interleaved rounds; the least of each, for noise only adds.
 */
const ROUNDS = 9;
const WARM_ROUNDS = 1;
/** Of a request as SDKs and Collectors send them, and of one as large as gateways make them. */
const REQUESTS = { small: 1, large: 32 } as const;
const BYTES_A_ROUND = 2_000_000;
const BODY_BYTES_MAX = 64 * 1024 * 1024;

const UNPACKING = {
  bytesMax: BODY_BYTES_MAX,
  account: { take: (): void => undefined, giveBack: (): void => undefined },
  tooLarge: (): SondeError => new SondeError('TOO_LARGE', 'too large'),
};

/** As `gzip` is where there is no addon for the machine. */
const WITHOUT_ADDON = 'gzip, node:zlib';
const ROOM = { left: BODY_BYTES_MAX, ...UNPACKING.account };

const PACKINGS: readonly (readonly [string, Exclude<Packing, ''>, number])[] = [
  ['gzip', 'gzip', -1],
  ['gzip, 1', 'gzip', 1],
  ['zlib', 'zlib', -1],
  ['zstd, 1', 'zstd', 1],
  ['zstd, 3', 'zstd', 3],
  ['snappy', 'snappy', -1],
  ['x-snappy-framed', 'x-snappy-framed', -1],
  ['lz4', 'lz4', -1],
];

/** Requests end to end are one request. */
function bodyOf(signal: LoadSignal, count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, seed) => loadRequest(signal, seed + 1)));
}

/** Of one run, over `times` runs: the clock is coarse. */
async function cpuMicroseconds(run: () => unknown, times: number): Promise<number> {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) await run();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / times;
}

async function least(
  runs: ReadonlyMap<string, () => unknown>,
  times: number,
): Promise<Map<string, number>> {
  const used = new Map<string, number>();
  for (let round = -WARM_ROUNDS; round < ROUNDS; round += 1) {
    for (const [name, run] of runs) {
      const cpu = await cpuMicroseconds(run, times);
      if (round >= 0) used.set(name, Math.min(cpu, used.get(name) ?? cpu));
    }
  }
  return used;
}

/** Nanoseconds of CPU of this thread alone, which Node 20 does not tell; by the kernel's ticks. */
function mainThreadNs(): number {
  const [ns = ''] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
  return Number(ns);
}

/** The longest turn of the event loop, in milliseconds of its CPU; the least of three tries. */
async function held(run: () => unknown): Promise<number> {
  const tries: number[] = [];
  for (let time = 0; time < 3; time += 1) {
    let isDone = false;
    let last = mainThreadNs();
    let longest = 0;
    const look = (): void => {
      const now = mainThreadNs();
      longest = Math.max(longest, now - last);
      last = now;
      if (!isDone) setImmediate(look);
    };
    setImmediate(look);
    await run();
    isDone = true;
    // What came after the last turn of others was one, too.
    look();
    tries.push(longest / 1e6);
  }
  return Math.min(...tries);
}

async function measure(signal: LoadSignal, size: keyof typeof REQUESTS): Promise<string[]> {
  const body = bodyOf(signal, REQUESTS[size]);
  const reference = gzipSync(body);
  const packing = new Map<string, () => unknown>([['node:zlib', () => gzipSync(body)]]);
  const unpacking = new Map<string, () => unknown>([['node:zlib', () => gunzipSync(reference)]]);
  const ratios = new Map<string, number>([['node:zlib', body.length / reference.length]]);
  for (const [name, how, level] of PACKINGS) {
    const packed = Buffer.from(await pack(body, how, level));
    ratios.set(name, body.length / packed.length);
    packing.set(name, () => pack(body, how, level));
    unpacking.set(name, () => unpack(packed, how, UNPACKING));
  }
  const gzip = { packing: 'gzip', addon: undefined } as const;
  ratios.set(WITHOUT_ADDON, body.length / reference.length);
  packing.set(WITHOUT_ADDON, () => packDeflate(body, { ...gzip, level: -1 }));
  unpacking.set(WITHOUT_ADDON, () => inflate(reference, { ...gzip, room: ROOM }));
  const times = Math.ceil(BYTES_A_ROUND / body.length);
  const [packed, unpacked] = [await least(packing, times), await least(unpacking, times)];
  const lines: string[] = [];
  for (const [name, ratio] of ratios) {
    const holds = [
      await held(packing.get(name) ?? noRun),
      await held(unpacking.get(name) ?? noRun),
    ];
    const cells = [packed, unpacked].flatMap((cpu) => {
      const own = cpu.get(name) ?? Number.NaN;
      const share = own / (cpu.get('node:zlib') ?? Number.NaN);
      return [(own / (body.length / 1000)).toFixed(2), share.toFixed(2)];
    });
    const kb = String(Math.round(body.length / 1000));
    const shown = [
      signal,
      kb,
      name,
      ratio.toFixed(2),
      ...cells,
      ...holds.map((ms) => ms.toFixed(1)),
    ];
    lines.push(`| ${shown.join(' | ')} |`);
  }
  return lines;
}

function noRun(): void {}

process.stdout.write(
  `| signal | kB | packing | shorter by | pack, ms of CPU a MB | of gzip's | unpack, ms of CPU a MB | of gzip's | pack, longest turn, ms | unpack, longest turn, ms |
|---|---|---|---|---|---|---|---|---|---|
`,
);
for (const signal of ['traces', 'logs', 'metrics'] as const) {
  for (const size of ['small', 'large'] as const) {
    process.stdout.write(`${(await measure(signal, size)).join('\n')}\n`);
  }
}
