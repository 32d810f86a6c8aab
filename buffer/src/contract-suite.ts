import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Buffer as BufferContract,
  BufferError,
  type BufferErrorCode,
  type BufferRecord,
  type Intent,
  type NewRecord,
  type PartitionReader,
  RECORD_BYTES_MAX,
} from './contract.ts';

/** How the suite gets at one implementation. */
export interface BufferUnderTest {
  readonly name: string;
  /** A buffer on the same store each time: what was durable before is there. */
  open(): Promise<BufferContract>;
  /** Frees the store after all buffers were closed. */
  destroy(): Promise<void>;
}

const READ = { bytesMax: 1 << 20, recordsMax: 1000, waitMs: 5000 } as const;
const NO_WAIT = { ...READ, waitMs: 0 } as const;
const GROUP = 'store';

export function textRecord(text: string): NewRecord {
  return {
    value: Buffer.from(text),
    headers: { tenant: 'default', items: '1' },
    timestampUnixMs: 1_750_000_000_000,
  };
}

export function textOf(record: BufferRecord): string {
  return Buffer.from(record.value).toString();
}

export function intentOf(from: number, to: number): Intent {
  return { from, to, configVersion: 'config-1', settingsVersion: 7 };
}

/** Reads on until `count` records came; every read waits at most `READ.waitMs`. */
export async function readAll(
  reader: PartitionReader,
  from: number,
  count: number,
): Promise<BufferRecord[]> {
  const records: BufferRecord[] = [];
  let at = from;
  while (records.length < count) {
    const some = await reader.read(at, READ);
    if (some.length === 0) break;
    records.push(...some);
    at = (some.at(-1)?.offset ?? at) + 1;
  }
  return records;
}

async function expectCode(promise: Promise<unknown>, code: BufferErrorCode): Promise<void> {
  const error: unknown = await promise.then(
    () => 'resolved',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BufferError);
  expect(error).toMatchObject({ code });
}

/** What every buffer keeps. Each test has a topic of its own, so one broker serves all of them. */
export function describeBufferContract(create: () => Promise<BufferUnderTest>): void {
  describe('the contract of a buffer', () => {
    let under: BufferUnderTest;
    let buffer: BufferContract;
    let topic: string;

    beforeEach(async () => {
      under = await create();
      buffer = await under.open();
      topic = `contract-${randomUUID()}`;
      await buffer.createTopic(topic, { partitions: 1 });
    });

    afterEach(async () => {
      await buffer.close();
      await under.destroy();
    });

    const reopen = async (): Promise<void> => {
      await buffer.close();
      buffer = await under.open();
    };
    const appendTexts = (...texts: string[]): Promise<number> =>
      buffer.append(topic, 0, texts.map(textRecord));

    describe('append and read', () => {
      it('numbers records from 0 and gives them back in order with all they had', async () => {
        const sent: NewRecord = {
          key: Buffer.from([0, 1, 255]),
          value: Buffer.from([10, 0, 10, 0xf5, 0x53, 0x4c, 1]),
          headers: { tenant: 'größe', items: '512', empty: '' },
          timestampUnixMs: 1_750_000_000_123,
        };
        expect(await buffer.append(topic, 0, [sent, textRecord('second')])).toBe(0);
        expect(await appendTexts('third')).toBe(2);
        const reader = await buffer.openReader(GROUP, topic, 0);
        const [first, ...others] = await readAll(reader, 0, 3);
        expect(first?.offset).toBe(0);
        expect(Buffer.from(first?.value ?? [])).toEqual(sent.value);
        expect(Buffer.from(first?.key ?? [])).toEqual(sent.key);
        expect(first?.headers).toEqual(sent.headers);
        expect(first?.timestampUnixMs).toBe(sent.timestampUnixMs);
        expect(others.map(textOf)).toEqual(['second', 'third']);
        expect(others.map((record) => record.offset)).toEqual([1, 2]);
        expect(others[0]?.key).toBeUndefined();
      });

      it('keeps an empty value', async () => {
        await appendTexts('');
        const reader = await buffer.openReader(GROUP, topic, 0);
        const [record] = await readAll(reader, 0, 1);
        expect(record?.value.length).toBe(0);
      });

      it('reads from any offset on', async () => {
        await appendTexts('a', 'b', 'c', 'd');
        const reader = await buffer.openReader(GROUP, topic, 0);
        expect((await readAll(reader, 2, 2)).map(textOf)).toEqual(['c', 'd']);
        expect((await readAll(reader, 0, 4)).map(textOf)).toEqual(['a', 'b', 'c', 'd']);
      });

      it('gives at most recordsMax records', async () => {
        await appendTexts('a', 'b', 'c');
        const reader = await buffer.openReader(GROUP, topic, 0);
        const records = await reader.read(0, { ...READ, recordsMax: 2 });
        expect(records.map(textOf)).toEqual(['a', 'b']);
      });

      it('gives one record at least, however large it is', async () => {
        const value = Buffer.alloc(3_000_000, 7);
        await buffer.append(topic, 0, [{ ...textRecord(''), value }]);
        const reader = await buffer.openReader(GROUP, topic, 0);
        const records = await reader.read(0, { ...READ, bytesMax: 1 });
        expect(records.length).toBe(1);
        expect(value.equals(records[0]?.value ?? Buffer.alloc(0))).toBe(true);
      });

      it('keeps a record of the largest size and refuses one byte more', async () => {
        const value = Buffer.alloc(RECORD_BYTES_MAX + 1, 3);
        await expectCode(
          buffer.append(topic, 0, [{ ...textRecord(''), value }]),
          'RECORD_TOO_LARGE',
        );
        const largest = value.subarray(1);
        expect(await buffer.append(topic, 0, [{ ...textRecord(''), value: largest }])).toBe(0);
        const reader = await buffer.openReader(GROUP, topic, 0);
        const records = await reader.read(0, READ);
        expect(largest.equals(records[0]?.value ?? Buffer.alloc(0))).toBe(true);
      });

      it('keeps the order of calls and the records of one call together', async () => {
        const calls = Array.from({ length: 200 }, (_, call) =>
          appendTexts(`${call}-0`, `${call}-1`, `${call}-2`),
        );
        const offsets = await Promise.all(calls);
        expect(offsets).toEqual(calls.map((_, call) => call * 3));
        const reader = await buffer.openReader(GROUP, topic, 0);
        const texts = (await readAll(reader, 0, 600)).map(textOf);
        expect(texts).toEqual(calls.flatMap((_, call) => [`${call}-0`, `${call}-1`, `${call}-2`]));
      });

      it('keeps partitions apart', async () => {
        await buffer.createTopic(topic, { partitions: 2 });
        await buffer.append(topic, 0, [textRecord('zero')]);
        await buffer.append(topic, 1, [textRecord('one')]);
        const reader = await buffer.openReader(GROUP, topic, 1);
        const records = await readAll(reader, 0, 1);
        expect(records.map(textOf)).toEqual(['one']);
        expect(records[0]?.offset).toBe(0);
      });

      it('rejects a topic or partition that is not there', async () => {
        const absent = `absent-${randomUUID()}`;
        await expectCode(buffer.append(absent, 0, [textRecord('a')]), 'UNKNOWN_TOPIC');
        await expectCode(buffer.append(topic, 1, [textRecord('a')]), 'UNKNOWN_TOPIC');
        await expectCode(buffer.openReader(GROUP, absent, 0), 'UNKNOWN_TOPIC');
      });
    });

    describe('waiting', () => {
      it('wakes a read when a record comes', async () => {
        const reader = await buffer.openReader(GROUP, topic, 0);
        const read = reader.read(0, { ...READ, waitMs: 30_000 });
        await appendTexts('late');
        expect((await read).map(textOf)).toEqual(['late']);
      });

      it('answers with nothing when nothing came in time', async () => {
        const reader = await buffer.openReader(GROUP, topic, 0);
        expect(await reader.read(0, { ...READ, waitMs: 20 })).toEqual([]);
        expect(await reader.read(0, NO_WAIT)).toEqual([]);
      });

      it('ends the wait when the signal aborts', async () => {
        const reader = await buffer.openReader(GROUP, topic, 0);
        const abort = new AbortController();
        const options = { ...READ, waitMs: 3_600_000, signal: abort.signal };
        const read = reader.read(0, options);
        abort.abort();
        expect(await read).toEqual([]);
        expect(await reader.read(0, options)).toEqual([]);
      });

      it('ends the wait when the buffer closes', async () => {
        const reader = await buffer.openReader(GROUP, topic, 0);
        const read = reader.read(0, { ...READ, waitMs: 3_600_000 });
        const outcome = expectCode(read, 'BUFFER_CLOSED');
        await buffer.close();
        await outcome;
      });
    });

    describe('reopening', () => {
      it('has the records, and goes on numbering behind them', async () => {
        await appendTexts('a', 'b');
        await reopen();
        expect(buffer.partitionCount(topic)).toBe(1);
        expect(await appendTexts('c')).toBe(2);
        const reader = await buffer.openReader(GROUP, topic, 0);
        expect((await readAll(reader, 0, 3)).map(textOf)).toEqual(['a', 'b', 'c']);
      });

      it('is told from another topic of that name by an id that stays', async () => {
        const before = await buffer.openReader(GROUP, topic, 0);
        const { topicId } = before;
        expect(topicId).toMatch(/./);
        await reopen();
        expect((await buffer.openReader(GROUP, topic, 0)).topicId).toBe(topicId);
      });

      it('never has fewer partitions than before', async () => {
        await buffer.createTopic(topic, { partitions: 3 });
        await buffer.createTopic(topic, { partitions: 2 });
        expect(buffer.partitionCount(topic)).toBe(3);
        await reopen();
        await buffer.createTopic(topic, { partitions: 1 });
        expect(buffer.partitionCount(topic)).toBe(3);
      });
    });

    describe('groups and intents', () => {
      it('moves a group on from intent to commit', async () => {
        await appendTexts('a', 'b', 'c');
        const reader = await buffer.openReader(GROUP, topic, 0);
        expect(reader.position()).toBe(0);
        await reader.begin(intentOf(0, 2));
        expect(reader.position()).toBe(0);
        await reader.commit(2);
        expect(reader.position()).toBe(2);
        await reader.begin(intentOf(2, 3));
        await reader.commit(3);
        expect(reader.position()).toBe(3);
      });

      it('keeps a committed position', async () => {
        await appendTexts('a', 'b');
        const reader = await buffer.openReader(GROUP, topic, 0);
        await reader.begin(intentOf(0, 1));
        await reader.commit(1);
        await reopen();
        const again = await buffer.openReader(GROUP, topic, 0);
        expect(again.position()).toBe(1);
        expect(again.pendingIntent()).toBeUndefined();
      });

      it('has an intent pending that was begun and not committed, with its versions', async () => {
        await appendTexts('a', 'b', 'c');
        const reader = await buffer.openReader(GROUP, topic, 0);
        await reader.begin(intentOf(0, 1));
        await reader.commit(1);
        await reader.begin(intentOf(1, 3));
        await reopen();
        const again = await buffer.openReader(GROUP, topic, 0);
        expect(again.position()).toBe(1);
        expect(again.pendingIntent()).toMatchObject(intentOf(1, 3));
        // What it promised is there, however soon it is asked for.
        expect((await again.read(1, NO_WAIT)).slice(0, 1).map(textOf)).toEqual(['b']);
        expect((await readAll(again, 1, 2)).map(textOf)).toEqual(['b', 'c']);
        await again.commit(3);
        expect(again.pendingIntent()).toBeUndefined();
        await reopen();
        const third = await buffer.openReader(GROUP, topic, 0);
        expect(third.position()).toBe(3);
        expect(third.pendingIntent()).toBeUndefined();
      });

      it('begins the next intent in the step that commits', async () => {
        await appendTexts('a', 'b', 'c');
        const reader = await buffer.openReader(GROUP, topic, 0);
        await reader.begin(intentOf(0, 1));
        await expectCode(reader.commit(1, intentOf(2, 3)), 'BUFFER_MISUSE');
        await expectCode(reader.commit(1, intentOf(1, 1)), 'BUFFER_MISUSE');
        expect(reader.position()).toBe(0);
        await reader.commit(1, intentOf(1, 3));
        expect(reader.position()).toBe(1);
        await expectCode(reader.begin(intentOf(1, 3)), 'BUFFER_MISUSE');
        await reopen();
        const again = await buffer.openReader(GROUP, topic, 0);
        expect(again.position()).toBe(1);
        expect(again.pendingIntent()).toMatchObject(intentOf(1, 3));
        await again.commit(3);
        expect(again.position()).toBe(3);
      });

      it('gives an intent up when it is committed at its start', async () => {
        await appendTexts('a', 'b', 'c', 'd');
        const reader = await buffer.openReader(GROUP, topic, 0);
        await reader.begin(intentOf(0, 4));
        await reader.commit(0);
        expect(reader.position()).toBe(0);
        await reader.begin(intentOf(0, 2));
        await reader.commit(2);
        expect(reader.position()).toBe(2);
      });

      it('refuses calls out of order', async () => {
        await appendTexts('a', 'b', 'c');
        const reader = await buffer.openReader(GROUP, topic, 0);
        await expectCode(reader.commit(1), 'BUFFER_MISUSE');
        await expectCode(reader.begin(intentOf(1, 2)), 'BUFFER_MISUSE');
        await expectCode(reader.begin(intentOf(0, 0)), 'BUFFER_MISUSE');
        await reader.begin(intentOf(0, 2));
        await expectCode(reader.begin(intentOf(0, 2)), 'BUFFER_MISUSE');
        await expectCode(reader.commit(3), 'BUFFER_MISUSE');
        expect(reader.position()).toBe(0);
        await reader.commit(2);
        await expectCode(reader.commit(2), 'BUFFER_MISUSE');
      });

      it('keeps two groups apart', async () => {
        await appendTexts('a', 'b');
        const one = await buffer.openReader('one', topic, 0);
        const two = await buffer.openReader('two', topic, 0);
        await one.begin(intentOf(0, 2));
        await one.commit(2);
        expect(two.position()).toBe(0);
        expect((await readAll(two, 0, 2)).map(textOf)).toEqual(['a', 'b']);
        const [state] = buffer.state().filter((partition) => partition.topic === topic);
        expect(state).toMatchObject({ startOffset: 0, endOffset: 2, groups: { one: 2, two: 0 } });
      });

      it('has one reader a group and partition', async () => {
        const reader = await buffer.openReader(GROUP, topic, 0);
        await expectCode(buffer.openReader(GROUP, topic, 0), 'BUFFER_MISUSE');
        await reader.close();
        const next = await buffer.openReader(GROUP, topic, 0);
        expect(next.position()).toBe(0);
      });
    });

    describe('closing', () => {
      it('answers appends that are under way and rejects later ones', async () => {
        const under = Array.from({ length: 20 }, (_, index) => appendTexts(`${index}`));
        await buffer.close();
        expect(await Promise.all(under)).toEqual(under.map((_, index) => index));
        await expectCode(appendTexts('late'), 'BUFFER_CLOSED');
        await expectCode(buffer.openReader(GROUP, topic, 0), 'BUFFER_CLOSED');
        await buffer.close();
      });

      it('rejects calls on the readers of a closed buffer', async () => {
        await appendTexts('a');
        const reader = await buffer.openReader(GROUP, topic, 0);
        await buffer.close();
        await expectCode(reader.read(0, READ), 'BUFFER_CLOSED');
        await expectCode(reader.begin(intentOf(0, 1)), 'BUFFER_CLOSED');
      });
    });
  });
}
