import { describe, expect, it } from 'vitest';
import { pack } from '../../src/packing/index.ts';
import { noise, type Packed, unpackWithin } from './packed-samples.ts';

const MIB = 1024 * 1024;
const BODY_BYTES = 19 * MIB;
const BODIES = 30;

/** Of all bodies one after the other, packed or not, without what collects them. */
const GROWTH_BYTES_MAX = 320 * MIB;

/** How far the resident memory grows while `run` makes one body after the other. */
async function growth(run: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  for (let count = 0; count < BODIES; count += 1) {
    await run();
    most = Math.max(most, process.memoryUsage.rss());
  }
  return most - before;
}

/** What no packing shortens. */
function dull(): Buffer {
  const random = noise(17);
  const bytes = Buffer.allocUnsafe(BODY_BYTES);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeInt32LE(random() | 0, at);
  return bytes;
}

const bytes = dull();

describe.each<Packed>(['gzip', 'zlib', 'snappy', 'lz4'])('bodies of 19 MiB by %s', (packing) => {
  it('are packed one after the other in the memory of a few', async () => {
    expect(await growth(() => pack(bytes, packing))).toBeLessThan(GROWTH_BYTES_MAX);
  });

  it('are unpacked one after the other in the memory of a few', async () => {
    const packed = await pack(bytes, packing);
    const unpacked = (): Promise<unknown> => unpackWithin(packed, packing, BODY_BYTES);
    expect(await growth(unpacked)).toBeLessThan(GROWTH_BYTES_MAX);
  });
});
