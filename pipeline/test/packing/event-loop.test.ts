import { describe, expect, it } from 'vitest';
import { pack } from '../../src/packing/index.ts';
import { noise, type Packed, unpackWithin } from './packed-samples.ts';

const MIB = 1024 * 1024;
const BODY_BYTES = 48 * MIB;

/** What is neither dull nor noise, so that no codec has it easy. */
function body(): Buffer {
  const random = noise(5);
  const bytes = Buffer.allocUnsafe(BODY_BYTES);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(random() & 0x0f0f0f0f, at);
  return bytes;
}

/** How often others had their turn until `work` was done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await work.finally(() => {
    isDone = true;
  });
  return turns;
}

const PACKINGS = ['gzip', 'zlib', 'zstd', 'snappy', 'x-snappy-framed', 'lz4'] as const;

/** One turn in 4 MiB, the largest block of lz4. A body that is unpacked at once gives two at most. */
const TURNS_MIN = BODY_BYTES / (4 * MIB);

describe('others have their turn', () => {
  it.each(PACKINGS)('while a large body is packed by %s, and unpacked', async (packing) => {
    const bytes = body();
    const packing_ = pack(bytes, packing, packing === 'zstd' ? 1 : -1);
    expect(await turnsDuring(packing_)).toBeGreaterThanOrEqual(TURNS_MIN);
    const unpacking = unpackWithin(await packing_, packing, BODY_BYTES);
    expect(await turnsDuring(unpacking)).toBeGreaterThanOrEqual(TURNS_MIN);
    expect((await unpacking).bytes.equals(bytes)).toBe(true);
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
    const unpacking = unpackWithin(packed, packing, MIB);
    expect(await turnsDuring(unpacking)).toBeGreaterThan(100);
    expect((await unpacking).bytes).toHaveLength(0);
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
