import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { decompressFrameSync } from 'lz4-napi';
import { describe, expect, it } from 'vitest';
import { lz4FrameEncoder } from '../../src/engine/lz4-encoder.ts';
import { decodeNativeBlocks, nativeBlockEncoder } from '../../src/engine/native-blocks.ts';
import { ask } from './door-request.ts';
import { INTERNAL_TOKEN, startTestEngine } from './engine-under-test.ts';

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function gather(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

const decode = (bytes: Buffer, size = 65_536): Promise<Buffer> =>
  gather(decodeNativeBlocks(chunksOf(bytes, size)));

const encode = (bytes: Buffer): Promise<Buffer> =>
  gather(Readable.from([bytes]).pipe(nativeBlockEncoder()));

const SAMPLES: readonly Buffer[] = [
  Buffer.from('a'),
  Buffer.from('hello hello hello hello'),
  randomBytes(2_500_000),
  Buffer.alloc(3_000_000, 'abc'),
];

describe('ClickHouse’s compressed blocks', () => {
  it('come back as they went, in chunks of any size', async () => {
    for (const sample of SAMPLES) {
      const encoded = await encode(sample);
      for (const size of [encoded.length < 1000 ? 1 : 1000, 65_536]) {
        expect((await decode(encoded, size)).equals(sample)).toBe(true);
      }
    }
  });

  it('are those that the engine itself writes to its disk', async () => {
    const under = await startTestEngine();
    const run = async (body: string): Promise<void> => {
      const answer = await ask(under.url, 'internal', INTERNAL_TOKEN, { body });
      expect(answer.text).toBe('');
    };
    await run(`CREATE TABLE t (n UInt64, s String, plain UInt8 CODEC(NONE)) ENGINE = MergeTree
      ORDER BY n SETTINGS min_bytes_for_wide_part = 0`);
    const rows = [1, 2, 3, 8, 15, 16, 17, 60, 150, 40_000];
    for (const count of rows) {
      await run(`INSERT INTO t SELECT number, toString(number), 7 FROM numbers(${count})`);
    }
    const data = join(under.directory, 'data');
    const files = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /all_\d+_\d+_0.*\b(n|plain)\.bin$/.test(name),
    );
    const sizes: number[] = [];
    for (const file of files) {
      const column = await decode(readFileSync(join(data, file)));
      sizes.push(column.length);
      if (file.endsWith('plain.bin')) expect(new Set(column)).toEqual(new Set([7]));
    }
    for (const count of rows) {
      expect(sizes).toContain(count);
      expect(sizes).toContain(8 * count);
    }
    await under.close();
  });

  it('are refused when a bit fell over, a size is a lie or the end is missing', async () => {
    const encoded = await encode(Buffer.alloc(5000, 'abc'));
    for (const at of [0, 15, 16, 17, 21, 25, encoded.length - 1]) {
      const broken = Buffer.from(encoded);
      broken.writeUInt8(broken.readUInt8(at) ^ 1, at);
      await expect(decode(broken)).rejects.toMatchObject({ code: 271 });
    }
    await expect(decode(encoded.subarray(0, -1))).rejects.toMatchObject({ code: 271 });
    const huge = Buffer.from(encoded);
    huge.writeUInt32LE(0xffffffff, 21);
    await expect(decode(huge)).rejects.toMatchObject({ code: 271 });
  });
});

describe('LZ4 frames of answers', () => {
  it('are read by another implementation', async () => {
    for (const sample of SAMPLES) {
      const frame = await gather(Readable.from([sample]).pipe(lz4FrameEncoder()));
      expect(decompressFrameSync(frame).equals(sample)).toBe(true);
    }
  });
});
