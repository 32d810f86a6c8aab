import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLog } from '@sonde/buffer';
import { expect, it } from 'vitest';
import { BatchCollector } from '../src/batch-collector.ts';

it('reads anew where it is asked for another place than behind its last batch', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sonde-collector-'));
  const log = await EmbeddedLog.open(directory);
  try {
    await log.createTopic('t', { partitions: 1 });
    const record = { value: Buffer.from('x'), headers: {}, timestampUnixMs: 1 };
    await log.append('t', 0, new Array(10).fill(record));
    const reader = await log.openReader('g', 't', 0);
    const collector = new BatchCollector({
      reader,
      toRequest: ({ value: bytes }) => ({
        ...{ signal: 'logs', bytes, itemCount: 1, tenant: 'default', receivedUnixMs: 1 },
      }),
      limits: { items_max: 4, bytes_max: 1_000_000, timeout: 1000 },
    });
    const offsets = async (from: number): Promise<unknown> => {
      const batch = await collector.collect(from, new AbortController().signal);
      return batch?.records.map((one) => one.record.offset);
    };
    expect(await offsets(0)).toEqual([0, 1, 2, 3]);
    expect(await offsets(4)).toEqual([4, 5, 6, 7]);
    expect(await offsets(6)).toEqual([6, 7, 8, 9]);
    expect(await offsets(1)).toEqual([1, 2, 3, 4]);
  } finally {
    await log.close();
    await rm(directory, { recursive: true });
  }
});
