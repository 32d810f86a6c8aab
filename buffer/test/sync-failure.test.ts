import { type FileHandle, open } from 'node:fs/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readAll, textOf, textRecord } from '../src/contract-suite.ts';
import { EmbeddedLog } from '../src/index.ts';
import { commitTo, makeFolder, openLog, segmentsOf, TOPIC } from './log-folder.ts';

/** What every open file has its methods from: the only way to make a healthy disk fail. */
async function fileMethods(): Promise<FileHandle> {
  const handle = await open('/dev/null', 'r');
  await handle.close();
  onTestFinished(() => void vi.restoreAllMocks());
  return Object.getPrototypeOf(handle);
}

function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: the disk says no`), { code });
}

describe('an append', () => {
  it('is answered after the sync and not before, and nobody reads it earlier', async () => {
    const { log } = await openLog(await makeFolder());
    const reader = await log.openReader('store', TOPIC, 0);
    const steps: string[] = [];
    const methods = await fileMethods();
    const sync = methods.datasync;
    let read: Promise<void> = Promise.resolve();
    vi.spyOn(methods, 'datasync').mockImplementation(async function (this: FileHandle) {
      const none = await reader.read(0, { bytesMax: 100, recordsMax: 1, waitMs: 0 });
      steps.push(`visible while syncing: ${none.length}`);
      read = readAll(reader, 0, 1).then((records) => void steps.push(`read ${records.length}`));
      await sync.call(this);
      steps.push('synced');
    });
    await log.append(TOPIC, 0, [textRecord('a')]);
    steps.push('answered');
    await read;
    expect(steps).toEqual(['visible while syncing: 0', 'synced', 'answered', 'read 1']);
  });

  it('syncs the folder before it writes to a new segment', async () => {
    const { log } = await openLog(await makeFolder());
    log.setLimits(TOPIC, { segmentBytes: 64 * 1024 });
    await log.append(TOPIC, 0, [{ ...textRecord(''), value: Buffer.alloc(70_000) }]);
    const methods = await fileMethods();
    const order: string[] = [];
    const { sync, writev } = methods;
    vi.spyOn(methods, 'sync').mockImplementation(async function (this: FileHandle) {
      await sync.call(this);
      order.push('folder');
    });
    vi.spyOn(methods, 'writev').mockImplementation(function (this: FileHandle, ...parts) {
      order.push('write');
      return writev.apply(this, parts);
    });
    await log.append(TOPIC, 0, [textRecord('in the next segment')]);
    expect(order).toEqual(['folder', 'write']);
  });
});

describe('a sync that fails', () => {
  it('rejects with BUFFER_IO; the file is given up and nothing acknowledged is lost', async () => {
    const directory = await makeFolder();
    const { log, events } = await openLog(directory);
    await log.append(TOPIC, 0, [textRecord('before')]);
    const methods = await fileMethods();
    vi.spyOn(methods, 'datasync').mockRejectedValueOnce(diskError('EIO'));
    const failed = log.append(TOPIC, 0, [textRecord('failed')]);
    await expect(failed).rejects.toMatchObject({ code: 'BUFFER_IO', retryable: true });
    expect(events.map((event) => event.type)).toEqual(['write_failed']);
    expect(await log.append(TOPIC, 0, [textRecord('after')])).toBe(1);
    expect((await segmentsOf(directory)).length).toBe(2);
    await log.close();
    const again = await EmbeddedLog.open(directory);
    const reader = await again.openReader('store', TOPIC, 0);
    expect((await readAll(reader, 0, 2)).map(textOf)).toEqual(['before', 'after']);
    await again.close();
  });

  it('with a cut that fails too leaves bytes behind that are nobody s records', async () => {
    const { log } = await openLog(await makeFolder());
    await log.append(TOPIC, 0, [textRecord('before')]);
    const methods = await fileMethods();
    vi.spyOn(methods, 'datasync').mockRejectedValueOnce(diskError('EIO'));
    vi.spyOn(methods, 'truncate').mockRejectedValueOnce(diskError('EIO'));
    await expect(
      log.append(TOPIC, 0, [textRecord('ghost'), textRecord('ghost')]),
    ).rejects.toThrow();
    expect(await log.append(TOPIC, 0, [textRecord('after')])).toBe(1);
    await log.close();
    const again = await EmbeddedLog.open(log.directory);
    const reader = await again.openReader('store', TOPIC, 0);
    expect((await readAll(reader, 0, 2)).map(textOf)).toEqual(['before', 'after']);
    expect(again.state()[0]).toMatchObject({ endOffset: 2, lostRecords: 0 });
    await again.close();
  });

  it('of an empty log leaves it usable', async () => {
    const { log } = await openLog(await makeFolder());
    const methods = await fileMethods();
    vi.spyOn(methods, 'datasync').mockRejectedValueOnce(diskError('EIO'));
    await expect(log.append(TOPIC, 0, [textRecord('failed')])).rejects.toThrow();
    expect(await log.append(TOPIC, 0, [textRecord('first')])).toBe(0);
  });

  it('of a commit leaves the group where it was, and the commit can be tried again', async () => {
    const { log } = await openLog(await makeFolder());
    await log.append(TOPIC, 0, [textRecord('a'), textRecord('b')]);
    const reader = await log.openReader('store', TOPIC, 0);
    await commitTo(reader, 1);
    await reader.begin({ from: 1, to: 2, configVersion: 'c', settingsVersion: 0 });
    const methods = await fileMethods();
    vi.spyOn(methods, 'datasync').mockRejectedValueOnce(diskError('ENOSPC'));
    await expect(reader.commit(2)).rejects.toMatchObject({ code: 'BUFFER_FULL' });
    expect(reader.position()).toBe(1);
    await reader.commit(2);
    expect(reader.position()).toBe(2);
    await log.close();
    const again = await EmbeddedLog.open(log.directory);
    expect((await again.openReader('store', TOPIC, 0)).position()).toBe(2);
    await again.close();
  });
});
