/**
 * What durability costs: CPU-s per GB and per record of `EmbeddedLog.append`, and of reading back,
 * against a bare loop that writes the same bytes and syncs as often. Three interleaved rounds,
 * medians. Run: `npx tsx buffer/bench/append.bench.ts [megabytes]`.
 */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLog } from '../src/index.ts';

const ROUNDS = 3;
const AT_ONCE = 64;
const TOPIC = 'otlp_spans';
const MEGABYTES = Number(process.argv[2] ?? 200);

interface Measured {
  readonly cpuS: number;
  readonly wallS: number;
}

interface Round {
  readonly bare: Measured;
  readonly append: Measured;
  readonly read: Measured;
  readonly syncs: number;
}

async function measure(work: () => Promise<void>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuS: (user + system) / 1e6, wallS: (performance.now() - startMs) / 1e3 };
}

/** `AT_ONCE` appends in flight, as so many connections would have. */
async function appendAll(log: EmbeddedLog, value: Buffer, count: number): Promise<void> {
  let left = count;
  const headers = { tenant: 'default', items: '512' };
  const sender = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await log.append(TOPIC, 0, [{ value, headers, timestampUnixMs: 1_750_000_000_000 }]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
}

async function readAll(log: EmbeddedLog, count: number): Promise<void> {
  const reader = await log.openReader('bench', TOPIC, 0);
  let seen = 0;
  while (seen < count) {
    const records = await reader.read(seen, { bytesMax: 4 << 20, recordsMax: 10_000, waitMs: 0 });
    seen += records.length;
  }
}

/** The same bytes in as many writes as the log had syncs, each followed by a sync. */
async function bareWrites(
  path: string,
  value: Buffer,
  count: number,
  syncs: number,
): Promise<void> {
  const handle = await open(path, 'w');
  const perSync = Math.ceil(count / syncs);
  let at = 0;
  for (let done = 0; done < count; done += perSync) {
    const chunks = Array.from({ length: Math.min(perSync, count - done) }, () => value);
    const { bytesWritten } = await handle.writev(chunks, at);
    at += bytesWritten;
    await handle.datasync();
  }
  await handle.close();
}

async function runRound(directory: string, valueBytes: number): Promise<Round> {
  const value = Buffer.alloc(valueBytes, 'sonde');
  const count = Math.floor((MEGABYTES * 1e6) / valueBytes);
  const log = await EmbeddedLog.open(join(directory, 'log'));
  await log.createTopic(TOPIC, { partitions: 1 });
  const append = await measure(() => appendAll(log, value, count));
  const { syncs } = log.counters;
  const read = await measure(() => readAll(log, count));
  await log.close();
  const path = join(directory, 'bare');
  const bare = await measure(() => bareWrites(path, value, count, syncs));
  await rm(path);
  await rm(join(directory, 'log'), { recursive: true });
  return { bare, append, read, syncs };
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

function print(valueBytes: number, rounds: readonly Round[]): void {
  const gigabytes = MEGABYTES / 1000;
  const count = Math.floor((MEGABYTES * 1e6) / valueBytes);
  const line = (name: string, of: (round: Round) => Measured): void => {
    const cpuS = median(rounds.map((round) => of(round).cpuS));
    const wallS = median(rounds.map((round) => of(round).wallS));
    const ratio = median(rounds.map((round) => of(round).cpuS / round.bare.cpuS));
    process.stdout.write(
      `  ${name.padEnd(24)} ${(cpuS / gigabytes).toFixed(2).padStart(7)} CPU-s/GB ` +
        `${((cpuS / count) * 1e6).toFixed(1).padStart(7)} us/record ` +
        `${(MEGABYTES / wallS).toFixed(0).padStart(6)} MB/s  ratio ${ratio.toFixed(2)}\n`,
    );
  };
  const syncs = median(rounds.map((round) => round.syncs));
  process.stdout.write(`${valueBytes} bytes a record, ${count} records, ${syncs} syncs\n`);
  line('bare write + fdatasync', (round) => round.bare);
  line('append', (round) => round.append);
  line('read', (round) => round.read);
}

const directory = await mkdtemp(join(tmpdir(), 'sonde-bench-'));
const sizes = [1024, 100 * 1024];
const results = new Map(sizes.map((size) => [size, [] as Round[]]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const size of sizes) results.get(size)?.push(await runRound(directory, size));
}
for (const [size, rounds] of results) print(size, rounds);
await rm(directory, { recursive: true });
