import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { intentOf, textRecord } from '../src/contract-suite.ts';
import { makeFolder, openLog, segmentsOf, TOPIC } from './log-folder.ts';

interface Life {
  readonly id: string | undefined;
  readonly firstOffset: number;
}

/** One process that opens the folder, takes a record and begins to deliver it. */
async function live(directory: string): Promise<Life> {
  const { log } = await openLog(directory);
  const reader = await log.openReader('store', TOPIC, 0);
  const firstOffset = await log.append(TOPIC, 0, [textRecord('a')]);
  await log.close();
  return { id: reader.topicId, firstOffset };
}

const idFile = (directory: string): string => join(directory, TOPIC, '0', '.id');

describe('the id of a partition', () => {
  it('is another one when the folder was removed: its offsets begin anew', async () => {
    const directory = await makeFolder();
    const first = await live(directory);
    for (const name of ['.groups', '.groups-copy', TOPIC]) {
      await rm(join(directory, name), { recursive: true });
    }
    const second = await live(directory);
    expect(second.firstOffset).toBe(first.firstOffset);
    expect(second.id).toMatch(/^[\w-]{22}$/);
    expect(second.id).not.toBe(first.id);
  });

  it('is another one when its segments and the positions were removed', async () => {
    const directory = await makeFolder();
    const first = await live(directory);
    for (const path of await segmentsOf(directory)) await rm(path);
    for (const name of ['.groups', '.groups-copy']) await rm(join(directory, name));
    const second = await live(directory);
    expect(second.firstOffset).toBe(first.firstOffset);
    expect(second.id).not.toBe(first.id);
  });

  it('is none where the release that made the partition wrote none: its ranges stay the same', async () => {
    const directory = await makeFolder();
    await live(directory);
    await rm(idFile(directory));
    expect(await live(directory)).toEqual({ id: undefined, firstOffset: 1 });
  });

  it('is a new one where the file is damaged', async () => {
    const directory = await makeFolder();
    const first = await live(directory);
    await writeFile(idFile(directory), '\0'.repeat(22));
    const second = await live(directory);
    expect(second.id).toMatch(/^[\w-]{22}$/);
    expect(second.id).not.toBe(first.id);
    expect((await live(directory)).id).toBe(second.id);
  });

  it('is put back with the folder that somebody removes while it is written to', async () => {
    const directory = await makeFolder();
    const { log } = await openLog(directory, { fileCheckIntervalMs: 2 ** 31 - 1 });
    const reader = await log.openReader('store', TOPIC, 0);
    await rm(join(directory, TOPIC), { recursive: true });
    await log.append(TOPIC, 0, [textRecord('a')]);
    expect(await readFile(idFile(directory), 'latin1')).toBe(reader.topicId);
  });

  it('is kept with the range that was begun under it', async () => {
    const directory = await makeFolder();
    const { log } = await openLog(directory);
    const reader = await log.openReader('store', TOPIC, 0);
    const { topicId } = reader;
    await log.append(TOPIC, 0, [textRecord('a')]);
    await reader.begin(topicId === undefined ? intentOf(0, 1) : { ...intentOf(0, 1), topicId });
    await log.close();
    const again = await openLog(directory);
    const next = await again.log.openReader('store', TOPIC, 0);
    expect(next.pendingIntent()?.topicId).toBe(topicId);
    expect(topicId).toMatch(/./);
  });
});
