import { execFileSync, spawnSync } from 'node:child_process';
import { deflateSync, gzipSync } from 'node:zlib';
import { crc32c } from '@node-rs/crc32';
import { compressSync } from 'snappy';
import { describe, expect, it } from 'vitest';
import { noise, type Packed, samples, unpackWithin } from './packed-samples.ts';

const MIB = 1024 * 1024;

/** The tools of the formats' authors. */
function pack(command: string, args: readonly string[], bytes: Buffer): Buffer {
  return execFileSync(command, [...args], { input: bytes, maxBuffer: 256 * MIB });
}

const hasTool = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

/** Chunks of snappy's framed format, from its blocks. */
function frameSnappy(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [Buffer.from('ff060000734e61507059', 'hex')];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const piece = bytes.subarray(at, at + 65_536);
    const isPlain = (at / 65_536) % 3 === 2;
    const content: Buffer = isPlain ? piece : compressSync(piece);
    const head = Buffer.alloc(8);
    head.writeUInt8(isPlain ? 1 : 0, 0);
    head.writeUIntLE(content.length + 4, 1, 3);
    const crc = crc32c(piece);
    head.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0, 4);
    // Padding that a reader skips.
    chunks.push(head, content, Buffer.from('fe030000010203', 'hex'));
  }
  return Buffer.concat(chunks);
}

const PACKERS: readonly [string, Packed, (bytes: Buffer) => Buffer, boolean][] = [
  ['gzip', 'gzip', (bytes) => gzipSync(bytes), true],
  ['zlib', 'zlib', (bytes) => deflateSync(bytes), true],
  ['zstd', 'zstd', (bytes) => pack('zstd', ['-c', '-q'], bytes), hasTool('zstd')],
  [
    'zstd, long',
    'zstd',
    (bytes) => pack('zstd', ['-c', '-q', '-9', '--long'], bytes),
    hasTool('zstd'),
  ],
  [
    'zstd, single segment',
    'zstd',
    (bytes) => pack('zstd', ['-c', '-q', '--no-check', `--stream-size=${bytes.length}`], bytes),
    hasTool('zstd'),
  ],
  ['lz4', 'lz4', (bytes) => pack('lz4', ['-c', '-q'], bytes), hasTool('lz4')],
  [
    'lz4, linked blocks',
    'lz4',
    (bytes) => pack('lz4', ['-c', '-q', '-9', '-BD', '-B4', '-BX'], bytes),
    hasTool('lz4'),
  ],
  ['snappy', 'snappy', (bytes) => compressSync(bytes), true],
  ['snappy, framed', 'snappy', frameSnappy, true],
  ['x-snappy-framed', 'x-snappy-framed', frameSnappy, true],
];

const BOMB = Buffer.alloc(48 * MIB);

describe.each(PACKERS)('%s', (_name, packing, packer, isThere) => {
  it.skipIf(!isThere)('unpacks what others packed', async () => {
    for (const sample of samples()) {
      const packed = packer(sample);
      const { bytes, held } = await unpackWithin(packed, packing, sample.length);
      expect(bytes.equals(sample)).toBe(true);
      expect(held).toBe(sample.length);
    }
  });

  it.skipIf(!isThere)('stops at the limit, having unpacked no more', async () => {
    const packed = packer(BOMB);
    const before = process.memoryUsage.rss();
    await expect(unpackWithin(packed, packing, MIB)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(process.memoryUsage.rss() - before).toBeLessThan(40 * MIB);
    const [, , , text = BOMB] = samples();
    const short = unpackWithin(packer(text), packing, text.length - 1);
    await expect(short).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });

  it.skipIf(!isThere)('refuses every cut, and never fails otherwise on changed bytes', async () => {
    const [, , , text = BOMB] = samples();
    const packed = packer(text.subarray(0, 100_000));
    const random = noise(11);
    for (let round = 0; round < 200; round += 1) {
      const cut = packed.subarray(0, random() % packed.length);
      const refused = await unpackWithin(cut, packing, MIB).catch((error: unknown) => error);
      // A cut between two chunks of the framed format is a shorter body.
      if (!(refused instanceof Error)) expect(packing).toMatch(/snappy/);
      else expect(refused).toMatchObject({ code: 'INVALID_DATA' });
      const changed = Buffer.from(packed);
      for (let i = 0; i <= round % 4; i += 1) changed[random() % changed.length] = random() >>> 24;
      const begun = performance.now();
      await unpackWithin(changed, packing, MIB).catch((error: unknown) => {
        expect(['INVALID_DATA', 'TOO_LARGE']).toContain(Reflect.get(Object(error), 'code'));
      });
      expect(performance.now() - begun).toBeLessThan(2000);
    }
  });
});

describe('nonsense', () => {
  it.each(['gzip', 'zlib', 'zstd', 'lz4', 'snappy', 'x-snappy-framed'] as const)(
    'is no %s',
    async (packing) => {
      const random = noise(3);
      for (let round = 0; round < 500; round += 1) {
        const bytes = Buffer.from(Array.from({ length: random() % 60 }, () => random() >>> 24));
        // Half of them with the beginning of the format.
        if (round % 2 === 0 && packing === 'zstd')
          bytes.set(Buffer.from('28b52ffd', 'hex').subarray(0, bytes.length));
        if (round % 2 === 0 && packing === 'lz4')
          bytes.set(Buffer.from('04224d18', 'hex').subarray(0, bytes.length));
        await unpackWithin(bytes, packing, MIB).then(
          ({ bytes: got }) => expect(got.length).toBeLessThan(1000),
          (error: unknown) => {
            expect(['INVALID_DATA', 'TOO_LARGE']).toContain(Reflect.get(Object(error), 'code'));
          },
        );
      }
    },
  );
});

describe('a frame of zstd that lies about its content', () => {
  const content = Buffer.alloc(78, 'a');
  /** One frame of one plain block, with a declared length of eight bytes. */
  const declaring = (declared: bigint, bytes: Buffer): Buffer => {
    const head = Buffer.alloc(16);
    head.set([0x28, 0xb5, 0x2f, 0xfd, 0xe0]);
    head.writeBigUInt64LE(declared, 5);
    head.writeUIntLE(bytes.length * 8 + 1, 13, 3);
    return Buffer.concat([head, bytes]);
  };

  it.each([0n, 5n, 77n, 79n, 1078n, 1n << 24n, 1n << 50n])(
    'is refused: %s bytes declared, and 78 or none there',
    async (declared) => {
      const liars = [declaring(declared, content)];
      if (declared > 0n) liars.push(declaring(declared, Buffer.alloc(0)));
      for (const liar of liars) {
        for (const packed of [liar, Buffer.concat([declaring(78n, content), liar])]) {
          const refused = unpackWithin(packed, 'zstd', MIB);
          await expect(refused).rejects.toMatchObject({ code: 'INVALID_DATA' });
        }
      }
    },
  );

  it('is taken when it tells the truth, of nothing too', async () => {
    const frames = [declaring(78n, content), declaring(0n, Buffer.alloc(0))];
    expect((await unpackWithin(Buffer.concat(frames), 'zstd', MIB)).bytes).toEqual(content);
    const [, empty = content] = frames;
    expect((await unpackWithin(empty, 'zstd', MIB)).bytes).toHaveLength(0);
  });
});

describe('bytes after the end', () => {
  it.each<[Packed, Buffer]>([
    ['gzip', gzipSync(Buffer.alloc(1000, 'ab'))],
    ['gzip', gzipSync(Buffer.alloc(3 * MIB, 'ab'))],
    ['zlib', deflateSync(Buffer.alloc(1000, 'ab'))],
    ['zlib', deflateSync(Buffer.alloc(3 * MIB, 'ab'))],
  ])('of %s are refused', async (packing, packed) => {
    await unpackWithin(packed, packing, 3 * MIB);
    for (const tail of [Buffer.from('x'), packed.subarray(0, 5)]) {
      const refused = unpackWithin(Buffer.concat([packed, tail]), packing, 3 * MIB);
      await expect(refused).rejects.toMatchObject({ code: 'INVALID_DATA' });
    }
  });
});

describe('lz4 of frames and blocks that hold next to nothing', () => {
  const head = '04224d18604082';

  it.each([
    ['empty frames', Buffer.from(`${head}00000000`, 'hex'), 1_740_000],
    ['frames of a byte', Buffer.from(`${head}010000806100000000`, 'hex'), 1_200_000],
  ])('is refused before it costs much: %s', async (_name, frame, count) => {
    const few = Buffer.alloc(frame.length * 2000, frame);
    await unpackWithin(few, 'lz4', MIB);
    const packed = Buffer.alloc(frame.length * count, frame);
    const before = process.cpuUsage();
    const refused = unpackWithin(packed, 'lz4', 20 * MIB);
    await expect(refused).rejects.toThrow('lz4: too many frames and blocks for its bytes');
    const { user, system } = process.cpuUsage(before);
    // A tenth of what all of them would take.
    expect((user + system) / 1000).toBeLessThan(80 * (packed.length / 1e6));
  });

  it('is refused for its blocks as for its frames', async () => {
    const block = Buffer.from('0100008061', 'hex');
    const blocks = Buffer.alloc(block.length * 1_000_000, block);
    const packed = Buffer.concat([Buffer.from(head, 'hex'), blocks, Buffer.alloc(4)]);
    const refused = unpackWithin(packed, 'lz4', 20 * MIB);
    await expect(refused).rejects.toThrow('lz4: too many frames and blocks for its bytes');
  });
});
