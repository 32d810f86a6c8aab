import {
  type Buffer,
  BufferError,
  type BufferRecord,
  DEAD_LETTER_HEADERS,
  EmbeddedLog,
  type NewRecord,
  REPLAY_OF_HEADER,
  TOPICS,
} from '@sonde/buffer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { REPLAY_GROUP, replayLetters, surveyLetters } from '../src/index.ts';
import { makeFolder } from './harness.ts';

const ALL = {};

interface LetterOf {
  readonly offset: number;
  readonly code?: string;
  readonly topic?: string;
  readonly tenant?: string;
  readonly receivedUnixMs?: number;
}

function letter({ offset, ...rest }: LetterOf): NewRecord {
  const headers = {
    tenant: rest.tenant ?? 'acme',
    items: '1',
    [DEAD_LETTER_HEADERS.reason]: `field 7 of request ${offset}`,
    [DEAD_LETTER_HEADERS.code]: rest.code ?? 'INVALID_DATA',
    [DEAD_LETTER_HEADERS.topic]: rest.topic ?? TOPICS.logs,
    [DEAD_LETTER_HEADERS.partition]: '0',
    [DEAD_LETTER_HEADERS.offset]: String(offset),
  };
  return {
    value: Buffer.from(`request ${offset}`),
    headers,
    timestampUnixMs: rest.receivedUnixMs ?? 1000 + offset,
  };
}

async function openLog(letters: readonly NewRecord[]): Promise<EmbeddedLog> {
  const log = await EmbeddedLog.open(await makeFolder());
  onTestFinished(() => log.close());
  for (const topic of [TOPICS.logs, TOPICS.traces, TOPICS.deadLetters]) {
    await log.createTopic(topic, { partitions: 1 });
  }
  if (letters.length > 0) await log.append(TOPICS.deadLetters, 0, letters);
  return log;
}

async function recordsOf(log: EmbeddedLog, topic: string): Promise<readonly BufferRecord[]> {
  const reader = await log.openReader('test', topic, 0);
  const records = await reader.read(0, { bytesMax: 1 << 20, recordsMax: 10_000, waitMs: 0 });
  await reader.close();
  return records;
}

/** The same buffer, whose n-th append does what it does and then dies, or dies before. */
function dyingAt(log: EmbeddedLog, append: number, when: 'before' | 'after'): Buffer {
  let count = 0;
  const dead = (): BufferError => new BufferError('BUFFER_IO', 'killed');
  return {
    createTopic: (topic, options) => log.createTopic(topic, options),
    partitionCount: (topic) => log.partitionCount(topic),
    openReader: (group, topic, partition) => log.openReader(group, topic, partition),
    state: () => log.state(),
    close: () => log.close(),
    append: async (topic, partition, records) => {
      count += 1;
      if (count === append && when === 'before') throw dead();
      const offset = await log.append(topic, partition, records);
      if (count === append) throw dead();
      return offset;
    },
  };
}

describe('the survey of dead letters', () => {
  it('counts what waits by code, signal and tenant, and changes no topic of telemetry', async () => {
    const letters = [
      letter({ offset: 5 }),
      letter({ offset: 6 }),
      letter({ offset: 1, topic: TOPICS.traces, tenant: 'other' }),
    ];
    const log = await openLog(letters);
    const survey = await surveyLetters(log, ALL);
    expect(survey).toMatchObject({ waiting: 3, replayed: 0, unreadable: 0 });
    expect(survey.groups).toMatchObject([
      { code: 'INVALID_DATA', signal: 'logs', tenant: 'acme', count: 2, oldestUnixMs: 1005 },
      { code: 'INVALID_DATA', signal: 'traces', tenant: 'other', count: 1 },
    ]);
    expect(await recordsOf(log, TOPICS.logs)).toEqual([]);
  });

  it.each([
    ['a code', { reason: 'TOO_LARGE' }, 1],
    ['a part of the reason', { reason: 'request 2' }, 1],
    ['a signal', { signal: 'traces' }, 1],
    ['a tenant', { tenant: 'other' }, 1],
    ['times', { sinceUnixMs: 1002, untilUnixMs: 1004 }, 2],
  ])('takes %s as filter', async (_, filter, waiting) => {
    const log = await openLog([
      letter({ offset: 1, code: 'TOO_LARGE' }),
      letter({ offset: 2, tenant: 'other' }),
      letter({ offset: 3, topic: TOPICS.traces }),
      letter({ offset: 4 }),
    ]);
    expect((await surveyLetters(log, filter)).waiting).toBe(waiting);
  });
});

describe('a replay of dead letters', () => {
  it('puts each back where it was read from, with its time of receipt, once', async () => {
    // The second is a copy: a crash between the letter and the commit of its range.
    const log = await openLog([
      letter({ offset: 5 }),
      letter({ offset: 5 }),
      letter({ offset: 9, topic: TOPICS.traces }),
    ]);
    expect(await replayLetters(log, ALL)).toMatchObject({ replayed: 2, isStopped: false });
    expect(await replayLetters(log, ALL)).toMatchObject({ replayed: 0 });
    const [record, ...others] = await recordsOf(log, TOPICS.logs);
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      timestampUnixMs: 1005,
      headers: { tenant: 'acme', items: '1', [REPLAY_OF_HEADER]: `${TOPICS.logs}/0/5` },
    });
    expect(Buffer.from(record?.value ?? '').toString()).toBe('request 5');
    expect(await recordsOf(log, TOPICS.traces)).toHaveLength(1);
    expect(await surveyLetters(log, ALL)).toMatchObject({ waiting: 0, replayed: 2 });
  });

  it.each([
    [1, 'before'],
    [1, 'after'],
    [2, 'before'],
    [2, 'after'],
    [3, 'before'],
    [3, 'after'],
  ] as const)(
    'that dies at its append %i, %s it, goes on and doubles nothing',
    async (at, when) => {
      const log = await openLog([letter({ offset: 5 }), letter({ offset: 6 })]);
      await expect(replayLetters(dyingAt(log, at, when), ALL)).rejects.toThrow('killed');
      await replayLetters(log, ALL);
      const values = (await recordsOf(log, TOPICS.logs)).map(({ value }) =>
        Buffer.from(value).toString(),
      );
      expect(values).toEqual(['request 5', 'request 6']);
    },
  );

  it('that is stopped leaves the rest for the next one', async () => {
    const log = await openLog(Array.from({ length: 250 }, (_, offset) => letter({ offset })));
    const stop = new AbortController();
    const stopping: Buffer = {
      ...dyingAt(log, 0, 'before'),
      append: (topic, partition, records) => {
        stop.abort();
        return log.append(topic, partition, records);
      },
    };
    const first = await replayLetters(stopping, ALL, stop.signal);
    expect(first).toEqual({ replayed: 100, foundAgain: 0, refused: 0, isStopped: true });
    expect(await replayLetters(log, ALL)).toMatchObject({ replayed: 150 });
    expect(await recordsOf(log, TOPICS.logs)).toHaveLength(250);
  });

  it('puts an item that was too large where it was meant to go, with its other headers', async () => {
    const { [DEAD_LETTER_HEADERS.offset]: _, ...headers } = letter({ offset: 0 }).headers;
    const large = { ...letter({ offset: 0 }), headers: { ...headers, schema: 'a/1' } };
    // Sent twice, as its sender heard no answer: two letters.
    const log = await openLog([large, large, letter({ offset: 7 })]);
    expect(await surveyLetters(log, ALL)).toMatchObject({ waiting: 3, unreadable: 0 });
    await expect(replayLetters(dyingAt(log, 2, 'after'), ALL)).rejects.toThrow('killed');
    expect(await replayLetters(log, ALL)).toMatchObject({ replayed: 3, foundAgain: 3, refused: 0 });
    const records = await recordsOf(log, TOPICS.logs);
    expect(records).toHaveLength(3);
    expect(records[0]?.headers).toEqual({
      tenant: 'acme',
      items: '1',
      schema: 'a/1',
      [REPLAY_OF_HEADER]: `${TOPICS.deadLetters}/0/0@1000`,
    });
    expect(await surveyLetters(log, ALL)).toMatchObject({ waiting: 0, replayed: 3 });
  });

  it('leaves what its topic does not take, puts back the others, and goes on when it does', async () => {
    const value = Buffer.alloc(300_000);
    const log = await openLog([letter({ offset: 1 }), { ...letter({ offset: 2 }), value }]);
    const refusing: Buffer = {
      ...dyingAt(log, 0, 'before'),
      append: (topic, partition, records) => {
        const isLarge = records.some((record) => record.value.length === value.length);
        if (isLarge) return Promise.reject(new BufferError('RECORD_TOO_LARGE', 'over the limit'));
        return log.append(topic, partition, records);
      },
    };
    expect(await replayLetters(refusing, ALL)).toMatchObject({ replayed: 1, refused: 1 });
    expect(await surveyLetters(log, ALL)).toMatchObject({ waiting: 1, replayed: 1 });
    expect(await replayLetters(log, ALL)).toMatchObject({ replayed: 1, refused: 0 });
    expect((await recordsOf(log, TOPICS.logs)).map(({ value: { length } }) => length)).toEqual([
      9, 300_000,
    ]);
  });

  it('tells letters of a topic from those of one of its name before it', async () => {
    const ofAnother = (id: string): NewRecord => {
      const of = letter({ offset: 5 });
      return { ...of, headers: { ...of.headers, [DEAD_LETTER_HEADERS.topicId]: id } };
    };
    const log = await openLog([ofAnother('a'), ofAnother('b')]);
    expect(await replayLetters(log, ALL)).toMatchObject({ replayed: 2 });
    expect(await recordsOf(log, TOPICS.logs)).toHaveLength(2);
  });

  it('is forgotten as a reader, so that retention does not wait for it', async () => {
    const log = await openLog([letter({ offset: 5 })]);
    await replayLetters(log, ALL);
    const groups = (): readonly string[] =>
      log.state().flatMap((state) => Object.keys(state.groups));
    expect(groups()).toContain(REPLAY_GROUP);
    expect(await log.forgetGroup(REPLAY_GROUP)).toBe(3);
    expect(groups()).not.toContain(REPLAY_GROUP);
  });
});
