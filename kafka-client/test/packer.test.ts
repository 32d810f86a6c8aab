import {
  COMPRESSIONS,
  type Compression,
  KafkaBuffer,
  type KafkaOptions,
  type Packing,
} from '@sonde/buffer';
import { pack } from '@sonde/pipeline/packing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { packer } from '../src/index.ts';
import { CLIENTS } from './clients.ts';

const MISSING: string | undefined = kafkaMissing();
const PACKINGS = ['gzip', 'snappy', 'lz4', 'zstd'] as const satisfies readonly Packing[];
const TEXT: Buffer = Buffer.alloc(300_000, 'observability without work ');
const READ = { bytesMax: 1 << 22, recordsMax: 100, waitMs: 5000 };

let broker: ScratchBroker;

async function open(
  client: KafkaOptions['client'],
  compression: Compression,
  level?: number,
): Promise<KafkaBuffer> {
  const buffer = await KafkaBuffer.open({
    client,
    brokers: broker.brokers,
    compression,
    packer,
    ...(level === undefined ? {} : { compressionLevel: level }),
  });
  onTestFinished(() => buffer.close());
  return buffer;
}

describe('a batch', () => {
  it.each(PACKINGS)('packed with %s is what it was', async (packing) => {
    const packed = Buffer.from(await packer.pack(TEXT, packing, undefined));
    expect(packed.length).toBeLessThan(TEXT.length / 5);
    expect(TEXT.equals(await packer.unpack(packed, packing, TEXT.length))).toBe(true);
  });

  it.each(PACKINGS)(
    'packed with %s is refused over the limit, and when it is cut',
    async (packing) => {
      const packed = Buffer.from(await packer.pack(TEXT, packing, undefined));
      const over = packer.unpack(packed, packing, TEXT.length - 1);
      await expect(over).rejects.toMatchObject({ code: 'TOO_LARGE' });
      const cut = packer.unpack(packed.subarray(0, packed.length / 2), packing, TEXT.length);
      await expect(cut).rejects.toMatchObject({ code: 'INVALID_DATA' });
    },
  );

  it('of snappy as Java writes it is its blocks in a row', async () => {
    const xerial = (blocks: readonly Uint8Array[]): Buffer =>
      Buffer.concat([
        Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
        ...blocks.flatMap((block) => {
          const length = Buffer.alloc(4);
          length.writeUInt32BE(block.length);
          return [length, block];
        }),
      ]);
    const halves = [TEXT.subarray(0, 1000), TEXT.subarray(1000)];
    const blocks = await Promise.all(halves.map((half) => pack(half, 'snappy')));
    expect(TEXT.equals(await packer.unpack(xerial(blocks), 'snappy', TEXT.length))).toBe(true);
    const over = packer.unpack(xerial(blocks), 'snappy', TEXT.length - 1);
    await expect(over).rejects.toMatchObject({ code: 'TOO_LARGE' });
    const cut = packer.unpack(xerial(blocks).subarray(0, 18), 'snappy', TEXT.length);
    await expect(cut).rejects.toMatchObject({ code: 'INVALID_DATA' });
  });
});

describe.skipIf(MISSING !== undefined)(`through a broker ${MISSING ?? ''}`, () => {
  beforeAll(async () => {
    broker = await startScratchBroker();
  });

  afterAll(() => broker.end());

  it.each(CLIENTS.flatMap((client) => COMPRESSIONS.map((packing) => [packing, client] as const)))(
    'records come back as they were from %s by %s',
    async (compression, client) => {
      const buffer = await open(client, compression);
      const topic = `packed-${compression}-${client}`;
      await buffer.createTopic(topic, { partitions: 1 });
      const first = {
        value: TEXT,
        key: Buffer.from('key'),
        headers: { tenant: 'größe' },
        timestampUnixMs: 1_750_000_000_000,
      };
      const second = { value: Buffer.from('b'), headers: {}, timestampUnixMs: 1_749_999_999_000 };
      expect(await buffer.append(topic, 0, [first, second])).toBe(0);
      const reader = await buffer.openReader('store', topic, 0);
      const [one, two] = await reader.read(0, READ);
      expect(TEXT.equals(one?.value ?? Buffer.alloc(0))).toBe(true);
      expect(one).toMatchObject({ headers: first.headers, timestampUnixMs: first.timestampUnixMs });
      expect(Buffer.from(one?.key ?? []).toString()).toBe('key');
      expect(two).toMatchObject({
        offset: 1,
        headers: {},
        timestampUnixMs: second.timestampUnixMs,
      });
      expect(Buffer.from(two?.value ?? []).toString()).toBe('b');
    },
  );

  it.each(
    CLIENTS.flatMap((client) => [['gzip', 9, client] as const, ['zstd', 10, client] as const]),
  )('%s has the level %d by %s', async (compression, level, client) => {
    const buffer = await open(client, compression, level);
    await buffer.createTopic('levels', { partitions: 1 });
    const record = { value: TEXT, headers: {}, timestampUnixMs: 1 };
    await buffer.append('levels', 0, [record]);
    const reader = await buffer.openReader('store', 'levels', 0);
    const found = await reader.read(0, READ);
    expect(TEXT.equals(found.at(-1)?.value ?? Buffer.alloc(0))).toBe(true);
  });
});
