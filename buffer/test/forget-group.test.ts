import { describe, expect, it, onTestFinished } from 'vitest';
import { EmbeddedLog } from '../src/embedded/index.ts';
import { makeFolder } from './log-folder.ts';

const INTENT = { configVersion: '1', settingsVersion: 0 };

async function openLog(directory: string): Promise<EmbeddedLog> {
  const log = await EmbeddedLog.open(directory);
  onTestFinished(() => log.close());
  await log.createTopic('t', { partitions: 2 });
  return log;
}

function groupsOf(log: EmbeddedLog): readonly string[] {
  return log.state().flatMap(({ groups }) => Object.keys(groups));
}

describe('forgetting a consumer group', () => {
  it('frees what it held back, also after the log is opened again', async () => {
    const directory = await makeFolder();
    const log = await openLog(directory);
    for (const group of ['old', 'store']) {
      for (const partition of [0, 1]) {
        await (await log.openReader(group, 't', partition)).close();
      }
    }
    expect(await log.forgetGroup('old')).toBe(2);
    expect(await log.forgetGroup('old')).toBe(0);
    expect(groupsOf(log)).toEqual(['store', 'store']);
    await log.close();
    expect(groupsOf(await openLog(directory))).toEqual(['store', 'store']);
  });

  it('is refused while it reads, and while a range of it is open', async () => {
    const log = await openLog(await makeFolder());
    await log.append('t', 0, [{ value: Buffer.from('a'), headers: {}, timestampUnixMs: 1 }]);
    const reader = await log.openReader('store', 't', 0);
    await expect(log.forgetGroup('store')).rejects.toThrow('is reading');
    await reader.begin({ from: 0, to: 1, ...INTENT });
    await reader.close();
    await expect(log.forgetGroup('store')).rejects.toThrow('open range of t/0');
  });

  it('leaves positions that are written at the same time', async () => {
    const log = await openLog(await makeFolder());
    await (await log.openReader('old', 't', 0)).close();
    const [, reader] = await Promise.all([log.forgetGroup('old'), log.openReader('new', 't', 0)]);
    await reader.close();
    expect(groupsOf(log)).toEqual(['new']);
  });
});
