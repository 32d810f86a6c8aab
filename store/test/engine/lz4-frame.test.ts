import { randomBytes } from 'node:crypto';
import { compressFrameSync } from 'lz4-napi';
import { describe, expect, it } from 'vitest';
import { decodeLz4Frames } from '../../src/engine/lz4-frame.ts';

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function decode(frame: Buffer, chunkSize = 1000): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of decodeLz4Frames(chunksOf(frame, chunkSize))) parts.push(part);
  return Buffer.concat(parts);
}

const SAMPLES: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('hello hello hello hello'),
  Buffer.alloc(300_000, 'a'),
  randomBytes(200_000),
  Buffer.from(Array.from({ length: 40_000 }, (_, i) => `row ${i * 7919} of many\n`).join('')),
];

describe('LZ4 frames', () => {
  it('decode to what another implementation compressed, in chunks of any size', async () => {
    for (const sample of SAMPLES) {
      const frame = compressFrameSync(sample, { contentChecksum: true, blockChecksums: true });
      for (const size of [1, 7, 65_536]) {
        if (size === 1 && frame.length > 10_000) continue;
        expect((await decode(frame, size)).equals(sample)).toBe(true);
      }
    }
  });

  it('may follow one another', async () => {
    const frames = Buffer.concat([compressFrameSync('one '), compressFrameSync('two')]);
    expect((await decode(frames)).toString()).toBe('one two');
  });

  it('are refused when they are cut or broken, without reading past their bounds', async () => {
    const frame = compressFrameSync(SAMPLES[4] ?? '');
    await expect(decode(frame.subarray(0, frame.length - 5))).rejects.toThrow('Code: 271');
    await expect(decode(Buffer.from('not a frame at all'))).rejects.toThrow('Code: 271');
    for (let seed = 1; seed < 200; seed++) {
      const broken = Buffer.from(frame);
      const at = 7 + ((seed * 7919) % (broken.length - 7));
      broken[at] = (broken[at] ?? 0) ^ (seed & 255);
      // Wrong bytes or a refusal; never a crash or a hang.
      await decode(broken).catch((error: unknown) => {
        expect(String(error)).toContain('Code: 271');
      });
    }
  });
});
