import { readFile, stat, truncate } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intentOf, readAll, textOf, textRecord } from '../src/contract-suite.ts';
import { COMPACT_AT_BYTES } from '../src/embedded/group-log.ts';
import { EmbeddedLog, openSharedLog } from '../src/index.ts';
import { commitTo, makeFolder, openLog, segmentsOf, TOPIC } from './log-folder.ts';

const KIB = 1024;

/** Bytes this process has read so far, files and pipes. */
async function bytesReadSoFar(): Promise<number> {
  return Number(/rchar: (\d+)/.exec(await readFile('/proc/self/io', 'utf8'))?.[1]);
}

describe('group commit', () => {
  it('answers appends that come while a sync runs by the next one', async () => {
    const { log } = await openLog(await makeFolder());
    await Promise.all(
      Array.from({ length: 500 }, () => log.append(TOPIC, 0, [textRecord('at once')])),
    );
    expect(log.counters.appendedRecords).toBe(500);
    expect(log.counters.syncs).toBeLessThan(10);
  });

  it('lets appends wait while too many bytes are in flight, in order', async () => {
    const { log } = await openLog(await makeFolder(), { inFlightBytesMax: 4 * KIB });
    const value = Buffer.alloc(3 * KIB);
    const appends = Array.from({ length: 8 }, () =>
      log.append(TOPIC, 0, [{ ...textRecord(''), value }]),
    );
    expect(await Promise.all(appends)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    // Two never fit together, so nothing could be synced together.
    expect(log.counters.syncs).toBe(8);
  });

  it('rejects a timestamp that is none', async () => {
    const { log } = await openLog(await makeFolder());
    for (const timestampUnixMs of [-1, 1.5, Number.NaN]) {
      const record = { ...textRecord(''), timestampUnixMs };
      await expect(log.append(TOPIC, 0, [record])).rejects.toMatchObject({ code: 'BUFFER_MISUSE' });
    }
  });
});

describe('segments', () => {
  it('give back whatever was appended, in any sizes, through any read size', async () => {
    const { log } = await openLog(await makeFolder());
    let run = 0;
    const record = fc.record({
      value: fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc.integer({ min: 0, max: 30_000 }).map((length) => Buffer.alloc(length, 0xf5)),
      ),
      headers: fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ unit: 'grapheme' })),
      timestampUnixMs: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    });
    const calls = fc.array(fc.array(record, { minLength: 1, maxLength: 6 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(calls, fc.integer({ min: 1, max: 100_000 }), async (batches, bytesMax) => {
        const topic = `run-${run++}`;
        await log.createTopic(topic, { partitions: 1 });
        log.setLimits(topic, { segmentBytes: 64 * KIB });
        await Promise.all(batches.map((batch) => log.append(topic, 0, batch)));
        const sent = batches.flat();
        const reader = await log.openReader('store', topic, 0);
        const got = [];
        while (got.length < sent.length) {
          got.push(...(await reader.read(got.length, { bytesMax, recordsMax: 7, waitMs: 0 })));
        }
        expect(got.map((one) => Buffer.from(one.value).toString('latin1'))).toEqual(
          sent.map((one) => Buffer.from(one.value).toString('latin1')),
        );
        expect(got.map((one) => Object.entries(one.headers))).toEqual(
          sent.map((one) => Object.entries(one.headers)),
        );
        expect(got.map((one) => one.timestampUnixMs)).toEqual(
          sent.map((one) => one.timestampUnixMs),
        );
        await reader.close();
      }),
      { numRuns: 40 },
    );
  });

  it('are not read when the log opens, but for the last one of a partition', async () => {
    const directory = await makeFolder();
    const { log } = await openLog(directory);
    log.setLimits(TOPIC, { segmentBytes: 256 * KIB });
    const value = Buffer.alloc(60 * KIB);
    for (let count = 0; count < 200; count += 1) {
      await log.append(TOPIC, 0, [{ ...textRecord(''), value }]);
    }
    await log.close();
    expect((await segmentsOf(directory)).length).toBeGreaterThan(30);
    const before = await bytesReadSoFar();
    const again = await openLog(directory);
    expect((await bytesReadSoFar()) - before).toBeLessThan(600 * KIB);
    expect(again.log.state()[0]).toMatchObject({ startOffset: 0, endOffset: 200 });

    // A read from the middle of a closed one starts near it, by the index of an earlier pass.
    const reader = await again.log.openReader('store', TOPIC, 0);
    const [record] = await readAll(reader, 101, 1);
    expect(record?.offset).toBe(101);
  });

  it('are read through windows that end anywhere in a large frame', async () => {
    const { log } = await openLog(await makeFolder());
    const sizes = [1 << 20, (1 << 20) - 60, 3, (1 << 21) + 7, 0, 700_000, 1 << 19];
    for (const [index, size] of sizes.entries()) {
      await log.append(TOPIC, 0, [{ ...textRecord(''), value: Buffer.alloc(size, index) }]);
    }
    await log.close();
    const again = await EmbeddedLog.open(log.directory);
    for (let from = 0; from < sizes.length; from += 1) {
      const reader = await again.openReader(`from-${from}`, TOPIC, 0);
      const records = await readAll(reader, from, sizes.length - from);
      expect(records.map((record) => record.value.length)).toEqual(sizes.slice(from));
    }
    await again.close();
  });

  it('keep their order when a write fails in between', async () => {
    const directory = await makeFolder();
    const { log } = await openLog(directory);
    await log.append(TOPIC, 0, ['a', 'b'].map(textRecord));
    await log.close();
    // What a crash between a write and its answer leaves: whole frames nobody was told of.
    const [segment = ''] = await segmentsOf(directory);
    const { size } = await stat(segment);
    await truncate(segment, size - 3);
    const again = await openLog(directory);
    expect(await again.log.append(TOPIC, 0, [textRecord('c')])).toBe(1);
  });
});

describe('the groups file', () => {
  it('is rewritten before it grows without end, and keeps every position', async () => {
    const directory = await makeFolder();
    const { log } = await openLog(directory);
    await log.append(TOPIC, 0, ['a', 'b'].map(textRecord));
    const reader = await log.openReader('store', TOPIC, 0);
    const intent = { ...intentOf(0, 1), configVersion: 'x'.repeat(300_000) };
    for (let round = 0; round < 10; round += 1) {
      await reader.begin(intent);
      expect((await stat(`${directory}/.groups`)).size).toBeLessThanOrEqual(COMPACT_AT_BYTES);
      if (round < 9) await reader.commit(0);
    }
    await log.close();
    const again = await openLog(directory);
    const reopened = await again.log.openReader('store', TOPIC, 0);
    expect(reopened.pendingIntent()).toEqual(intent);
  });
});

describe('a shared log', () => {
  it('is opened once a folder and closed by the last one who holds it', async () => {
    const directory = await makeFolder();
    const [one, two] = await Promise.all([
      openSharedLog(directory),
      openSharedLog(`${directory}/../${directory.split('/').at(-1)}`),
    ]);
    expect(one.log).toBe(two.log);
    await one.log.createTopic(TOPIC, { partitions: 1 });
    await one.release();
    await one.release();
    await two.log.append(TOPIC, 0, [textRecord('still open')]);
    const closing = two.release();
    const three = await openSharedLog(directory);
    await closing;
    expect(three.log).not.toBe(two.log);
    const reader = await three.log.openReader('store', TOPIC, 0);
    expect((await readAll(reader, 0, 1)).map(textOf)).toEqual(['still open']);
    await three.release();
  });

  it('can be opened again after it could not be opened', async () => {
    const directory = await makeFolder();
    const holder = await EmbeddedLog.open(directory);
    await expect(openSharedLog(directory)).rejects.toMatchObject({ code: 'BUFFER_LOCKED' });
    await holder.close();
    const shared = await openSharedLog(directory);
    await commitToNothing(shared.log);
    await shared.release();
  });
});

async function commitToNothing(log: EmbeddedLog): Promise<void> {
  await log.createTopic(TOPIC, { partitions: 1 });
  await log.append(TOPIC, 0, [textRecord('a')]);
  await commitTo(await log.openReader('store', TOPIC, 0), 1);
}
