import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAll, textOf, textRecord } from '../src/contract-suite.ts';
import { describeLogEvent, isLoss } from '../src/index.ts';
import { makeFolder, openLog, segmentsOf, TOPIC } from './log-folder.ts';

const NEVER = { fileCheckIntervalMs: 2 ** 31 - 1 } as const;

/** What another process finds in the folder afterwards. */
async function textsIn(directory: string, count: number): Promise<string[]> {
  const { log } = await openLog(directory);
  const reader = await log.openReader('after', TOPIC, 0);
  const texts = (await readAll(reader, 0, count)).map(textOf);
  expect(log.state()[0]).toMatchObject({ startOffset: 0, endOffset: count, lostRecords: 0 });
  return texts;
}

describe('a segment that somebody removes while it is written to', () => {
  const removals: Readonly<Record<string, (path: string) => Promise<void>>> = {
    removed: (path) => rm(path),
    'moved away': (path) => rename(path, `${path}.away`),
    'removed with its folder': (path) => rm(join(path, '..'), { recursive: true }),
    'removed with its topic': (path) => rm(join(path, '../..'), { recursive: true }),
  };
  for (const [how, remove] of Object.entries(removals)) {
    it(`keeps what was acknowledged before and after: ${how}`, async () => {
      const directory = await makeFolder();
      const { log, events } = await openLog(directory, NEVER);
      const reader = await log.openReader('store', TOPIC, 0);
      await log.append(TOPIC, 0, [textRecord('a'), textRecord('b')]);
      expect((await readAll(reader, 0, 2)).map(textOf)).toEqual(['a', 'b']);
      const [path = ''] = await segmentsOf(directory);
      await remove(path);
      expect(await log.append(TOPIC, 0, [textRecord('c')])).toBe(2);
      expect(await log.append(TOPIC, 0, [textRecord('d')])).toBe(3);
      expect(events).toMatchObject([{ type: 'segment_gone', from: 0, to: 2, message: '' }]);
      expect(events.map(isLoss)).toEqual([true]);
      expect(events.map(describeLogEvent).join()).toContain('written there again');
      expect(log.counters.segmentsGone).toBe(1);
      // A reader that had the old file open goes on in the new one.
      expect((await readAll(reader, 2, 2)).map(textOf)).toEqual(['c', 'd']);
      await log.close();
      expect(await textsIn(directory, 4)).toEqual(['a', 'b', 'c', 'd']);
    });
  }

  it('is put back without an append too', async () => {
    const directory = await makeFolder();
    const { log, events } = await openLog(directory, { fileCheckIntervalMs: 10 });
    await log.append(TOPIC, 0, [textRecord('a')]);
    const [path = ''] = await segmentsOf(directory);
    await rm(path);
    await expect.poll(() => events.length).toBe(1);
    expect(events).toMatchObject([{ type: 'segment_gone', message: '' }]);
    await log.close();
    expect(await textsIn(directory, 1)).toEqual(['a']);
  });

  it('and is empty is made again', async () => {
    const directory = await makeFolder();
    const { log } = await openLog(directory, NEVER);
    const [path = ''] = await segmentsOf(directory);
    await rm(path);
    expect(await log.append(TOPIC, 0, [textRecord('a')])).toBe(0);
    await log.close();
    expect(await textsIn(directory, 1)).toEqual(['a']);
  });
});

describe('a closed segment that somebody removes', () => {
  it('costs its records, which are counted, and readers go on behind it', async () => {
    const directory = await makeFolder();
    const { log, events } = await openLog(directory);
    log.setLimits(TOPIC, { segmentBytes: 64 * 1024 });
    for (let index = 0; index < 200; index += 1) {
      await log.append(TOPIC, 0, [textRecord(`${index}-`.padEnd(1000, 'x'))]);
    }
    const [first = '', second = ''] = await segmentsOf(directory);
    await rm(first);
    const from = Number(/(\d{20})/.exec(second)?.[1]);
    const reader = await log.openReader('store', TOPIC, 0);
    const records = await readAll(reader, 0, 200 - from);
    expect(records[0]?.offset).toBe(from);
    expect(events).toMatchObject([{ type: 'records_lost', from: 0, to: from }]);
  });
});
