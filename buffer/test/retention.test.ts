import { execFileSync } from 'node:child_process';
import { statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { NewRecord } from '../src/contract.ts';
import { readAll, textRecord } from '../src/contract-suite.ts';
import { EmbeddedLog, type TopicLimits } from '../src/index.ts';
import { commitTo, makeFolder, openLog, segmentsOf, TOPIC } from './log-folder.ts';

const KIB = 1024;
const SMALL: Partial<TopicLimits> = { segmentBytes: 64 * KIB, sizeBytesMax: 512 * KIB };

function recordOf(bytes: number): NewRecord {
  return { ...textRecord(''), value: Buffer.alloc(bytes, 0x5a) };
}

async function append(log: EmbeddedLog, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await log.append(TOPIC, 0, [recordOf(8 * KIB)]);
}

describe('the size limit', () => {
  it('refuses appends with BUFFER_FULL while everything is unread, and says who is behind', async () => {
    const { log } = await openLog(await makeFolder());
    log.setLimits(TOPIC, SMALL);
    const reader = await log.openReader('store', TOPIC, 0);
    await append(log, 60);
    const full = log.append(TOPIC, 0, [recordOf(64 * KIB)]);
    await expect(full).rejects.toMatchObject({ code: 'BUFFER_FULL', retryable: true });
    await expect(full).rejects.toThrow('group store is 60 records behind');
    expect(log.state()[0]).toMatchObject({ startOffset: 0, endOffset: 60 });
    expect((await readAll(reader, 0, 60)).length).toBe(60);

    await commitTo(reader, 30);
    expect(await log.append(TOPIC, 0, [recordOf(64 * KIB)])).toBe(60);
    const [state] = log.state();
    expect(state?.startOffset).toBeGreaterThan(0);
    expect(state?.startOffset).toBeLessThanOrEqual(30);
  });

  it('holds for all groups: the slowest one keeps the segments', async () => {
    const { log } = await openLog(await makeFolder());
    log.setLimits(TOPIC, SMALL);
    const fast = await log.openReader('fast', TOPIC, 0);
    const slow = await log.openReader('slow', TOPIC, 0);
    await append(log, 60);
    await commitTo(fast, 60);
    await expect(log.append(TOPIC, 0, [recordOf(64 * KIB)])).rejects.toThrow('group slow');
    await commitTo(slow, 60);
    expect(await log.append(TOPIC, 0, [recordOf(64 * KIB)])).toBe(60);
  });

  it('takes the segment that is written to as well once all of it is committed', async () => {
    const { log } = await openLog(await makeFolder());
    log.setLimits(TOPIC, { segmentBytes: 1 << 30, sizeBytesMax: 256 * KIB });
    const reader = await log.openReader('store', TOPIC, 0);
    for (let round = 0; round < 20; round += 1) {
      const end = (await log.append(TOPIC, 0, [recordOf(60 * KIB)])) + 1;
      await commitTo(reader, end);
    }
    expect(log.state()[0]?.sizeBytes).toBeLessThanOrEqual(256 * KIB);
  });

  it('drops the oldest unread segments of a topic that may, and counts them', async () => {
    const { log, events } = await openLog(await makeFolder());
    log.setLimits(TOPIC, { ...SMALL, whenFull: 'drop_oldest' });
    await append(log, 200);
    const [state] = log.state();
    expect(state?.sizeBytes).toBeLessThanOrEqual(512 * KIB);
    expect(state?.startOffset).toBeGreaterThan(100);
    expect(log.counters.droppedUnreadRecords).toBe(state?.startOffset);
    expect(events.some((event) => event.type === 'segment_dropped' && event.unread)).toBe(true);
    const reader = await log.openReader('late', TOPIC, 0);
    expect(reader.position()).toBe(state?.startOffset);
    const [first] = await readAll(reader, 0, 1);
    expect(first?.offset).toBe(state?.startOffset);
  });

  it('is shared by the partitions of the topic, also after reopening', async () => {
    const directory = await makeFolder();
    const { log } = await openLog(directory);
    await log.createTopic(TOPIC, { partitions: 2 });
    await append(log, 50);
    await log.close();
    const { log: again } = await openLog(directory);
    again.setLimits(TOPIC, SMALL);
    const other = again.append(TOPIC, 1, [recordOf(128 * KIB)]);
    await expect(other).rejects.toMatchObject({ code: 'BUFFER_FULL' });
  });
});

describe('the age limit', () => {
  it('drops whole segments that are committed and old, and never unread ones', async () => {
    const directory = await makeFolder();
    const { log } = await openLog(directory);
    log.setLimits(TOPIC, { segmentBytes: 64 * KIB, ageMsMax: 60_000 });
    const reader = await log.openReader('store', TOPIC, 0);
    await append(log, 40);
    const laterMs = Date.now() + 61_000;
    await log.applyRetention(laterMs);
    expect(log.state()[0]?.startOffset).toBe(0);

    await commitTo(reader, 20);
    await log.applyRetention(Date.now());
    expect(log.state()[0]?.startOffset).toBe(0);
    await log.applyRetention(laterMs);
    const start = log.state()[0]?.startOffset ?? 0;
    expect(start).toBeGreaterThan(8);
    expect(start).toBeLessThanOrEqual(20);
    expect((await readAll(reader, 20, 20)).length).toBe(20);
    expect((await segmentsOf(directory))[0]).toContain(String(start).padStart(20, '0'));
  });

  it('lets a reader finish in a segment that goes', async () => {
    const { log } = await openLog(await makeFolder());
    log.setLimits(TOPIC, { segmentBytes: 64 * KIB, ageMsMax: 1, whenFull: 'drop_oldest' });
    await append(log, 40);
    const reader = await log.openReader('store', TOPIC, 0);
    const [first] = await readAll(reader, 0, 1);
    expect(first?.offset).toBe(0);
    await log.applyRetention(Date.now() + 10_000);
    const start = log.state()[0]?.startOffset ?? 0;
    expect(start).toBeGreaterThan(1);
    const [next] = await reader.read(1, { bytesMax: 1, recordsMax: 1, waitMs: 0 });
    expect(next?.offset).toBe(start);
  });
});

describe('a disk that gets full', () => {
  it('is refused before the reserve is touched', async () => {
    const directory = await makeFolder();
    const { bavail, bsize } = await statfs(directory);
    const { log } = await openLog(directory, { reserveBytes: bavail * bsize * 2 });
    const full = log.append(TOPIC, 0, [recordOf(10)]);
    await expect(full).rejects.toMatchObject({ code: 'BUFFER_FULL' });
    await expect(full).rejects.toThrow(/MiB are free under .*kept in reserve/);
  });

  const isRoot = process.getuid?.() === 0;
  it.skipIf(!isRoot)(
    'answers BUFFER_FULL, loses nothing and goes on (needs root for tmpfs)',
    async () => {
      const directory = await makeFolder();
      execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', directory]);
      onTestFinished(() => void execFileSync('/bin/umount', [directory]));
      const log = await EmbeddedLog.open(directory, { reserveBytes: 0 });
      await log.createTopic(TOPIC, { partitions: 1 });
      log.setLimits(TOPIC, { segmentBytes: 256 * KIB });
      const reader = await log.openReader('store', TOPIC, 0);
      // Another program takes the disk behind our back: the write itself fails.
      await append(log, 20);
      const { bavail, bsize } = await statfs(directory);
      await writeFile(join(directory, 'ballast'), Buffer.alloc(bavail * bsize - 40 * KIB));
      const full = log.append(TOPIC, 0, [recordOf(300 * KIB), recordOf(300 * KIB)]);
      await expect(full).rejects.toMatchObject({ code: 'BUFFER_FULL', retryable: true });
      expect(log.state()[0]?.endOffset).toBe(20);

      await writeFile(join(directory, 'ballast'), '');
      expect(await log.append(TOPIC, 0, [recordOf(300 * KIB)])).toBe(20);
      await commitTo(reader, 21);
      await log.close();
      const again = await EmbeddedLog.open(directory, { reserveBytes: 0 });
      expect(again.state()[0]).toMatchObject({
        endOffset: 21,
        lostRecords: 0,
        groups: { store: 21 },
      });
      await again.close();
    },
  );

  it.skipIf(!isRoot)(
    'gives back what everybody has, be it the segment that is written to (needs root for tmpfs)',
    async () => {
      const directory = await makeFolder();
      execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]);
      onTestFinished(() => void execFileSync('/bin/umount', [directory]));
      const log = await EmbeddedLog.open(directory, { reserveBytes: 256 * KIB });
      onTestFinished(() => log.close());
      await log.createTopic(TOPIC, { partitions: 1 });
      const reader = await log.openReader('store', TOPIC, 0);
      expect(await log.append(TOPIC, 0, [recordOf(600 * KIB)])).toBe(0);
      const unread = log.append(TOPIC, 0, [recordOf(300 * KIB)]);
      await expect(unread).rejects.toMatchObject({ code: 'BUFFER_FULL', retryable: true });
      await commitTo(reader, 1);
      expect(await log.append(TOPIC, 0, [recordOf(600 * KIB)])).toBe(1);
      expect(log.state()[0]).toMatchObject({ startOffset: 1, endOffset: 2, lostRecords: 0 });
    },
  );
});
