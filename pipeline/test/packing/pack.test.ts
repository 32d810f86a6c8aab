import { execFileSync, spawnSync } from 'node:child_process';
import { gunzipSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pack } from '../../src/packing/index.ts';
import { type Packed, samples, unpackWithin } from './packed-samples.ts';

const MIB = 1024 * 1024;

const PACKINGS = ['gzip', 'zlib', 'zstd', 'snappy', 'x-snappy-framed', 'lz4'] as const;

/** The tools of the formats' authors. */
const READERS: readonly [Packed, string, readonly string[]][] = [
  ['zstd', 'zstd', ['-d', '-c', '-q']],
  ['lz4', 'lz4', ['-d', '-c', '-q']],
];

describe.each(PACKINGS)('packed by %s', (packing) => {
  it('is unpacked to the same bytes, which stay the caller’s', async () => {
    for (const sample of samples()) {
      const before = Buffer.from(sample);
      const packed = await pack(sample, packing);
      expect(sample.equals(before)).toBe(true);
      const { bytes, held } = await unpackWithin(packed, packing, sample.length);
      expect(bytes.equals(sample)).toBe(true);
      expect(held).toBe(sample.length);
    }
  });

  it('is a part of a larger buffer too', async () => {
    const [, , , text = Buffer.alloc(0)] = samples();
    const part = text.subarray(1000, 300_000);
    const { bytes } = await unpackWithin(await pack(part, packing), packing, part.length);
    expect(bytes.equals(part)).toBe(true);
  });

  it('is shorter than what repeats itself', async () => {
    const packed = await pack(Buffer.alloc(MIB, 'abcdefgh'), packing);
    expect(packed.length).toBeLessThan(MIB / 10);
  });
});

describe('what others read', () => {
  it.each(READERS)('%s', async (packing, command, args) => {
    if (spawnSync(command, ['--version']).status !== 0) return;
    for (const sample of samples()) {
      const input = await pack(sample, packing);
      const read = execFileSync(command, [...args], { input, maxBuffer: 64 * MIB });
      expect(read.equals(sample)).toBe(true);
    }
  });
});

describe('a level', () => {
  const [, , , text = Buffer.alloc(0)] = samples();

  it('of gzip and zlib is Go’s, -2 packs by Huffman alone and 0 not at all', async () => {
    for (const [packing, read] of [
      ['gzip', gunzipSync],
      ['zlib', inflateSync],
    ] as const) {
      const sizes: number[] = [];
      for (const level of [9, 1, -2, 0]) {
        const packed = await pack(text, packing, level);
        expect(read(packed).equals(text)).toBe(true);
        sizes.push(packed.length);
      }
      expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
      expect(sizes[3]).toBeGreaterThan(text.length);
    }
  });

  it('of zstd is the library’s', async () => {
    const low = await pack(text, 'zstd', 1);
    const high = await pack(text, 'zstd', 19);
    expect(high.length).toBeLessThan(low.length);
    expect((await unpackWithin(high, 'zstd', text.length)).bytes.equals(text)).toBe(true);
  });
});

describe('many bodies at once', () => {
  it('are packed and unpacked each for itself', async () => {
    const [, , , text = Buffer.alloc(0)] = samples();
    const bodies = Array.from({ length: 30 }, (_, i) => text.subarray(i * 100, 400_000 + i));
    const unpacked = await Promise.all(
      bodies.map(async (body) => {
        const packed = await pack(body, 'zstd');
        return (await unpackWithin(packed, 'zstd', 2 * MIB)).bytes;
      }),
    );
    expect(unpacked.every((bytes, i) => bytes.equals(bodies[i] ?? bytes.subarray(1)))).toBe(true);
  });
});
