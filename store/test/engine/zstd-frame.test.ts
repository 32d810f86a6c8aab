import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeZstdFrames, ZSTD_FRAME_BYTES_MAX } from '../../src/engine/zstd-frame.ts';
import { type EngineUnderTest, INTERNAL_TOKEN, startTestEngine } from './engine-under-test.ts';

/** `printf 'row one\nrow two\n' | zstd`, and with `--no-check --single-segment`-like heads below. */
const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** A frame of plain blocks; `declared` as four bytes, or none said. */
function plainFrame(content: Buffer, declared?: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(declared ?? 0);
  const head = declared === undefined ? Buffer.from([0, 0x58]) : Buffer.from([0xa0, ...size]);
  const blocks: Buffer[] = [];
  for (let at = 0; at === 0 || at < content.length; at += 100_000) {
    const piece = content.subarray(at, at + 100_000);
    const isLast = at + 100_000 >= content.length;
    const block = Buffer.alloc(3);
    block.writeUIntLE(piece.length * 8 + (isLast ? 1 : 0), 0, 3);
    blocks.push(block, piece);
  }
  return Buffer.concat([MAGIC, head, ...blocks]);
}

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function decode(bytes: Buffer, chunkSize = 1000): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of decodeZstdFrames(chunksOf(bytes, chunkSize))) parts.push(part);
  return Buffer.concat(parts);
}

describe('zstd frames', () => {
  it('decode whether they say how long they are or not, in chunks of any size', async () => {
    for (const content of [Buffer.from('hello'), Buffer.alloc(0), randomBytes(250_000)]) {
      for (const declared of [undefined, content.length]) {
        const frame = plainFrame(content, declared);
        expect((await decode(frame)).equals(content)).toBe(true);
        if (content.length < 1000) expect((await decode(frame, 1)).equals(content)).toBe(true);
      }
    }
  });

  it('decode what repeats', async () => {
    // One block of 4,000 times "a".
    const block = Buffer.alloc(3);
    block.writeUIntLE(4000 * 8 + 3, 0, 3);
    const frame = Buffer.concat([MAGIC, Buffer.from([0, 0x58]), block, Buffer.from('a')]);
    expect((await decode(frame)).toString()).toBe('a'.repeat(4000));
  });

  it('may follow one another, with frames to skip between', async () => {
    const skipped = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const frames = [plainFrame(Buffer.from('one '), 4), skipped, plainFrame(Buffer.from('two'))];
    expect((await decode(Buffer.concat(frames))).toString()).toBe('one two');
  });

  it('are refused when they are cut, broken, lie or are too large', async () => {
    const frame = plainFrame(Buffer.from('hello'), 5);
    for (let length = 1; length < frame.length; length++) {
      await expect(decode(frame.subarray(0, length)), `${length}`).rejects.toThrow('zstd: ');
    }
    await expect(decode(Buffer.from('no frame at all'))).rejects.toThrow('not a frame');
    await expect(decode(plainFrame(Buffer.from('hello'), 6))).rejects.toThrow('less than it says');
    const large = plainFrame(Buffer.from('hello'), ZSTD_FRAME_BYTES_MAX + 1);
    await expect(decode(large)).rejects.toThrow('send several frames');
    const kind = Buffer.from([...MAGIC, 0, 0x58, 7, 0, 0]);
    await expect(decode(kind)).rejects.toThrow('unknown kind of block');
  });
});

describe('the door', () => {
  let under: EngineUnderTest;
  beforeAll(async () => {
    under = await startTestEngine();
  });
  afterAll(() => under.close());

  it('takes a body of zstd frames', async () => {
    const answer = await fetch(`${under.url}/`, {
      method: 'POST',
      headers: {
        'X-ClickHouse-User': 'internal',
        'X-ClickHouse-Key': INTERNAL_TOKEN,
        'Content-Encoding': 'zstd',
      },
      body: Uint8Array.from(plainFrame(Buffer.from('SELECT 7'))),
    });
    expect(await answer.text()).toBe('7\n');
  });
});
