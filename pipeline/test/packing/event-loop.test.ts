import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pack } from '../../src/packing/index.ts';
import { noise, type Packed, unpackWithin } from './packed-samples.ts';

const MIB = 1024 * 1024;
const BODY_BYTES = 20 * MIB;

/** What is neither dull nor noise, so that no codec has it easy. */
function body(): Buffer {
  const random = noise(5);
  const bytes = Buffer.allocUnsafe(BODY_BYTES);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(random() & 0x0f0f0f0f, at);
  return bytes;
}

/** Nanoseconds of CPU of this thread alone, as often as it is off the processor or ticks. */
function threadNs(): number {
  const [ns = ''] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
  return Number(ns);
}

interface Turns {
  /** How often others had theirs until the work was done. */
  readonly count: number;
  /** CPU of the longest, in milliseconds: what a busy machine takes for others is not in it. */
  readonly longestMs: number;
}

async function turnsDuring(begin: () => Promise<unknown>): Promise<Turns> {
  let count = 0;
  let longest = 0;
  let isDone = false;
  let last = threadNs();
  const look = (): void => {
    count += 1;
    const now = threadNs();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isDone) setImmediate(look);
  };
  setImmediate(look);
  await begin().finally(() => {
    isDone = true;
  });
  // What came after the last turn of others was one, too.
  look();
  return { count, longestMs: longest / 1e6 };
}

const PACKINGS = ['gzip', 'zlib', 'zstd', 'snappy', 'x-snappy-framed', 'lz4'] as const;

const LEVELS = { gzip: 1, zlib: 1, zstd: 1, snappy: -1, 'x-snappy-framed': -1, lz4: -1 };

/** One turn in 4 MiB, the largest block of lz4. A body that is unpacked at once gives two at most. */
const TURNS_MIN = BODY_BYTES / (4 * MIB);

/** The aim is 20; collections of garbage and a crowded processor's caches are in it too. */
const TURN_MS_MAX = 60;

describe('others have their turn', () => {
  it.each(PACKINGS)('while a large body is packed by %s, and unpacked', async (packing) => {
    const bytes = body();
    let packed: Uint8Array = new Uint8Array(0);
    const whilePacking = await turnsDuring(async () => {
      packed = await pack(bytes, packing, LEVELS[packing]);
    });
    expect(whilePacking.count).toBeGreaterThanOrEqual(TURNS_MIN);
    expect(whilePacking.longestMs).toBeLessThan(TURN_MS_MAX);
    const input = Buffer.from(packed);
    let unpacked: Buffer = Buffer.alloc(0);
    const whileUnpacking = await turnsDuring(async () => {
      ({ bytes: unpacked } = await unpackWithin(input, packing, BODY_BYTES));
    });
    expect(whileUnpacking.count).toBeGreaterThanOrEqual(TURNS_MIN);
    expect(whileUnpacking.longestMs).toBeLessThan(TURN_MS_MAX);
    expect(unpacked.equals(bytes)).toBe(true);
  });

  it('while what packs to almost nothing is packed in turns', async () => {
    const dull = Buffer.alloc(BODY_BYTES, 'abcd');
    const { count } = await turnsDuring(() => pack(dull, 'x-snappy-framed'));
    expect(count).toBeGreaterThanOrEqual(BODY_BYTES / (2 * MIB));
  });

  const EMPTY_STEPS = 1_000_000;
  const repeated = (hex: string): Buffer =>
    Buffer.concat(Array.from({ length: EMPTY_STEPS }, () => Buffer.from(hex, 'hex')));

  it.each<[string, Packed, Buffer]>([
    ['zstd, empty blocks', 'zstd', Buffer.from('28b52ffd0058', 'hex')],
    ['snappy, skipped chunks', 'x-snappy-framed', Buffer.from('ff060000734e61507059', 'hex')],
    ['lz4, skipped frames', 'lz4', Buffer.alloc(0)],
  ])('while a body of a million empty steps is read: %s', async (_name, packing, head) => {
    const steps = { zstd: '000000', 'x-snappy-framed': 'fe000000', lz4: '502a4d1800000000' };
    const tail = packing === 'zstd' ? Buffer.from('010000', 'hex') : Buffer.alloc(0);
    const step = Reflect.get(steps, packing);
    const packed = Buffer.concat([head, repeated(String(step)), tail]);
    let length = -1;
    const { count, longestMs } = await turnsDuring(async () => {
      length = (await unpackWithin(packed, packing, MIB)).bytes.length;
    });
    // Blocks of zstd are read 64 a step.
    expect(count).toBeGreaterThan(packing === 'zstd' ? 2 : 100);
    expect(longestMs).toBeLessThan(TURN_MS_MAX);
    expect(length).toBe(0);
  });

  it('is not bought cheaply: a MB of empty zstd blocks costs less than 15 ms of CPU', async () => {
    // Nine MB, and the end is missing.
    const steps = Buffer.alloc(3 * 3 * EMPTY_STEPS);
    const packed = Buffer.concat([Buffer.from('28b52ffd0058', 'hex'), steps]);
    const costs: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const before = process.cpuUsage();
      await expect(unpackWithin(packed, 'zstd', MIB)).rejects.toThrow('zstd: cut');
      const { user, system } = process.cpuUsage(before);
      costs.push((user + system) / 1000);
    }
    expect(Math.min(...costs)).toBeLessThan(15 * (packed.length / 1e6));
  });

  it('takes no more memory for many short pieces than for one', async () => {
    // A million chunks of one byte.
    const head = Buffer.from('ff060000734e61507059', 'hex');
    const framed = await pack(Buffer.from('a'), 'x-snappy-framed');
    const chunk = Buffer.from(framed).subarray(head.length).toString('hex');
    const packed = Buffer.concat([head, repeated(chunk)]);
    const before = process.memoryUsage().rss;
    const { bytes } = await unpackWithin(packed, 'snappy', MIB);
    expect(bytes.equals(Buffer.alloc(EMPTY_STEPS, 'a'))).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * MIB);
  });
});
