import { copyFile, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { intentOf, readAll, textOf, textRecord } from '../src/contract-suite.ts';
import { describeLogEvent, EmbeddedLog, isLoss } from '../src/index.ts';
import { commitTo, makeFolder, openLog, segmentsOf, TOPIC } from './log-folder.ts';

const NO_WAIT = { bytesMax: 1 << 20, recordsMax: 1000, waitMs: 0 } as const;

async function flipByte(path: string, at: number): Promise<void> {
  const handle = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  byte.writeUInt8(byte.readUInt8(0) ^ 0x41, 0);
  await handle.write(byte, 0, 1, at);
  await handle.close();
}

/** A log with the given texts, closed; the end of the segment's file after each record. */
async function writeTexts(directory: string, texts: readonly string[]): Promise<number[]> {
  const log = await EmbeddedLog.open(directory);
  await log.createTopic(TOPIC, { partitions: 1 });
  const ends: number[] = [];
  for (const text of texts) {
    await log.append(TOPIC, 0, [textRecord(text)]);
    ends.push(log.state()[0]?.sizeBytes ?? 0);
  }
  await log.close();
  return ends;
}

describe('a torn tail', () => {
  it('is cut at every byte of the last frame, and the log goes on behind the last whole one', async () => {
    const directory = await makeFolder();
    const [, secondEnd = 0, thirdEnd = 0] = await writeTexts(directory, ['one', 'two', 'three']);
    const [segment = ''] = await segmentsOf(directory);
    const whole = await readFile(segment);
    for (let length = secondEnd; length < thirdEnd; length += 1) {
      await writeFile(segment, whole.subarray(0, length));
      const events: string[] = [];
      const log = await EmbeddedLog.open(directory, {
        onEvent: (event) => events.push(event.type),
      });
      expect(log.state()[0]).toMatchObject({ endOffset: 2, lostRecords: 0, sizeBytes: secondEnd });
      expect(events).toEqual(length > secondEnd ? ['tail_cut'] : []);
      expect(await log.append(TOPIC, 0, [textRecord('next')])).toBe(2);
      const reader = await log.openReader(`after-${length}`, TOPIC, 0);
      expect((await readAll(reader, 0, 3)).map(textOf)).toEqual(['one', 'two', 'next']);
      await log.close();
    }
  });

  it('gives offsets out once, even when committed records are gone', async () => {
    const directory = await makeFolder();
    const { log } = await openLog(directory);
    await log.append(TOPIC, 0, ['a', 'b', 'c'].map(textRecord));
    const reader = await log.openReader('store', TOPIC, 0);
    await commitTo(reader, 2);
    await reader.begin(intentOf(2, 3));
    await log.close();
    const [segment = ''] = await segmentsOf(directory);
    await truncate(segment, 60);

    const again = await openLog(directory);
    expect(again.log.state()[0]).toMatchObject({ endOffset: 3, lostRecords: 3 });
    expect(await again.log.append(TOPIC, 0, [textRecord('d')])).toBe(3);
    const late = await again.log.openReader('late', TOPIC, 0);
    expect((await late.read(0, NO_WAIT)).map(textOf)).toEqual(['d']);
  });
});

describe('a damaged byte', () => {
  const texts = ['first', 'second', 'third', 'fourth'];

  it('costs its record alone, wherever in the frame it is', async () => {
    const directory = await makeFolder();
    const [firstEnd = 0, secondEnd = 0] = await writeTexts(directory, texts);
    const [segment = ''] = await segmentsOf(directory);
    await copyFile(segment, `${segment}.whole`);
    for (let at = firstEnd; at < secondEnd; at += 1) {
      await copyFile(`${segment}.whole`, segment);
      await flipByte(segment, at);
      const events: string[] = [];
      const log = await EmbeddedLog.open(directory, {
        onEvent: (event) => events.push(event.type),
      });
      expect(log.state()[0]).toMatchObject({ startOffset: 0, endOffset: 4, lostRecords: 1 });
      expect(events).toEqual(['records_lost']);
      const reader = await log.openReader(`at-${at}`, TOPIC, 0);
      const records = await readAll(reader, 0, 3);
      expect(records.map(textOf)).toEqual(['first', 'third', 'fourth']);
      expect(records.map((record) => record.offset)).toEqual([0, 2, 3]);
      await log.close();
    }
  });

  it('is met while reading too, counted once, and the offsets go on', async () => {
    const directory = await makeFolder();
    const { log, events } = await openLog(directory);
    log.setLimits(TOPIC, { segmentBytes: 64 * 1024 });
    const text = 'x'.repeat(1000);
    for (let index = 0; index < 200; index += 1) {
      await log.append(TOPIC, 0, [textRecord(`${index}-${text}`)]);
    }
    const [closed = ''] = await segmentsOf(directory);
    await flipByte(closed, 10 * 1000);
    for (const group of ['one', 'two']) {
      const reader = await log.openReader(group, TOPIC, 0);
      const records = await readAll(reader, 0, 199);
      expect(records.length).toBe(199);
      expect(records.at(-1)?.offset).toBe(199);
    }
    expect(log.state()[0]?.lostRecords).toBe(1);
    expect(events.filter((event) => event.type === 'records_lost').length).toBe(1);
  });

  it('at the end of a closed segment costs what is behind it there, no more', async () => {
    const directory = await makeFolder();
    const { log } = await openLog(directory);
    log.setLimits(TOPIC, { segmentBytes: 64 * 1024 });
    for (let index = 0; index < 100; index += 1) {
      await log.append(TOPIC, 0, [textRecord(`${index}-`.padEnd(1000, 'x'))]);
    }
    const [closed = '', next = ''] = await segmentsOf(directory);
    const nextBase = Number(/(\d{20})/.exec(next)?.[1]);
    await truncate(closed, (await stat(closed)).size - 1500);
    const reader = await log.openReader('store', TOPIC, 0);
    const records = await readAll(reader, 0, 98);
    expect(records.map((record) => record.offset)).toEqual([
      ...Array.from({ length: nextBase - 2 }, (_, offset) => offset),
      ...Array.from({ length: 100 - nextBase }, (_, index) => nextBase + index),
    ]);
    expect(log.state()[0]?.lostRecords).toBe(2);
  });

  it('costs a whole segment when its file is gone', async () => {
    const directory = await makeFolder();
    const { log } = await openLog(directory);
    log.setLimits(TOPIC, { segmentBytes: 64 * 1024 });
    for (let index = 0; index < 200; index += 1) {
      await log.append(TOPIC, 0, [textRecord(`${index}-`.padEnd(1000, 'x'))]);
    }
    await log.close();
    const [, second = '', third = ''] = await segmentsOf(directory);
    await rm(second);
    const again = await openLog(directory);
    const reader = await again.log.openReader('store', TOPIC, 0);
    const from = Number(/(\d{20})/.exec(second)?.[1]);
    const to = Number(/(\d{20})/.exec(third)?.[1]);
    const records = await readAll(reader, 0, 200 - (to - from));
    expect(records.length).toBe(200 - (to - from));
    expect(records.at(-1)?.offset).toBe(199);
    expect(again.log.state()[0]?.lostRecords).toBe(to - from);
  });

  it('makes no record out of a frame that lies inside a damaged value', async () => {
    const directory = await makeFolder();
    const other = await makeFolder();
    await writeTexts(other, ['forged', 'forged too', 'and again']);
    const [foreign = ''] = await segmentsOf(other);
    const elsewhere = await readFile(foreign);
    const log = await EmbeddedLog.open(directory);
    await log.createTopic('otlp_logs', { partitions: 1 });
    const value = Buffer.concat([Buffer.alloc(100), elsewhere]);
    await log.append('otlp_logs', 0, [{ ...textRecord(''), value }, textRecord('real')]);
    await log.close();
    await flipByte(`${directory}/otlp_logs/0/${'0'.repeat(20)}.log`, 90);
    const { log: again } = await openLog(directory);
    const reader = await again.openReader('store', 'otlp_logs', 0);
    expect((await reader.read(0, NO_WAIT)).map(textOf)).toEqual(['real']);
  });
});

describe('the two copies of the positions', () => {
  const NAMES = ['.groups', '.groups-copy'] as const;
  const GROUPS = ['one', 'two', 'three'] as const;

  /** A closed log where three groups have committed three of four records. */
  async function committed(): Promise<string> {
    const directory = await makeFolder();
    const { log } = await openLog(directory);
    await log.append(TOPIC, 0, ['a', 'b', 'c', 'd'].map(textRecord));
    for (const group of GROUPS) await commitTo(await log.openReader(group, TOPIC, 0), 3);
    await log.close();
    return directory;
  }

  async function positionsOf(log: EmbeddedLog): Promise<number[]> {
    const positions: number[] = [];
    for (const group of GROUPS) positions.push((await log.openReader(group, TOPIC, 0)).position());
    return positions;
  }

  async function invert(path: string): Promise<Buffer> {
    const bytes = (await readFile(path)).map((byte) => byte ^ 0xff);
    await writeFile(path, bytes);
    return Buffer.from(bytes);
  }

  it('cost nothing when one of them is damaged throughout, emptied or gone', async () => {
    for (const name of NAMES) {
      for (const harm of [invert, (path: string) => truncate(path, 0), rm]) {
        const directory = await committed();
        await harm(join(directory, name));
        const { log, events } = await openLog(directory);
        expect(events).toMatchObject([{ type: 'groups_damaged', lost: false }]);
        expect(await positionsOf(log)).toEqual([3, 3, 3]);
        expect(log.counters).toMatchObject({ groupsDamaged: 1, groupsLost: 0 });
      }
    }
  });

  it('keep every entry but the one that is damaged in both', async () => {
    const directory = await committed();
    for (const name of NAMES) {
      const path = join(directory, name);
      await flipByte(path, (await readFile(path)).lastIndexOf('"two"') + 2);
    }
    const { log, events } = await openLog(directory);
    expect(events).toMatchObject([{ lost: true }, { lost: true }]);
    // Of the group two its opened intent is left, which is where it goes on.
    expect(await positionsOf(log)).toEqual([3, 0, 3]);
  });

  it('are kept and spoken of when both are damaged throughout', async () => {
    const directory = await committed();
    const damaged = [];
    for (const name of NAMES) damaged.push(await invert(join(directory, name)));
    const { log, events } = await openLog(directory);
    expect(events.map(isLoss)).toEqual([true, true]);
    expect(events.map(describeLogEvent).join()).toMatch(/delivered once more, at most all/);
    for (const [index, name] of NAMES.entries()) {
      const kept = await readFile(join(directory, `${name}.damaged-1`));
      expect(kept).toEqual(damaged[index]);
    }
    expect(log.counters).toMatchObject({ groupsDamaged: 2, groupsLost: 2 });
    expect(await positionsOf(log)).toEqual([0, 0, 0]);
  });

  it('are missed when both were removed from a log that is in use', async () => {
    const directory = await committed();
    for (const name of NAMES) await rm(join(directory, name));
    const { events } = await openLog(directory);
    expect(events).toMatchObject([{ lost: true }, { lost: true }]);
  });

  it('are cut quietly where a crash left half a frame', async () => {
    const directory = await committed();
    for (const name of NAMES) {
      const path = join(directory, name);
      const whole = await readFile(path);
      await writeFile(path, Buffer.concat([whole, whole.subarray(0, name.length)]));
    }
    const { log, events } = await openLog(directory);
    expect(events).toEqual([]);
    expect(await positionsOf(log)).toEqual([3, 3, 3]);
  });

  it('come out of the one file of the release before without a word', async () => {
    const directory = await committed();
    await rm(join(directory, '.groups-copy'));
    const path = join(directory, '.groups');
    const whole = await readFile(path);
    // Without the head, which that release did not write.
    await writeFile(path, whole.subarray(12 + whole.readUInt32LE(4)));
    const { log, events } = await openLog(directory);
    expect(events).toEqual([]);
    expect(await positionsOf(log)).toEqual([3, 3, 3]);
  });

  it('are written again when somebody removes them while the log runs', async () => {
    const directory = await makeFolder();
    const { log } = await openLog(directory);
    await log.append(TOPIC, 0, ['a', 'b'].map(textRecord));
    const reader = await log.openReader('one', TOPIC, 0);
    for (const name of NAMES) await rm(join(directory, name));
    await commitTo(reader, 2);
    await log.close();
    const again = await openLog(directory);
    expect(again.events).toEqual([]);
    expect((await again.log.openReader('one', TOPIC, 0)).position()).toBe(2);
  });
});

describe('a later format', () => {
  it('is refused in words, not taken for damage', async () => {
    const directory = await makeFolder();
    await writeTexts(directory, ['one']);
    const [segment = ''] = await segmentsOf(directory);
    const before = await readFile(segment);
    before.writeUInt8(2, 3);
    await writeFile(segment, before);
    await expect(EmbeddedLog.open(directory)).rejects.toThrow(
      /written in format 2.*reads format 1/,
    );
    expect(await readFile(segment)).toEqual(before);
    // The folder is free again for the release that can read it.
    expect(await readdir(directory)).not.toContain('.lock');
  });
});
