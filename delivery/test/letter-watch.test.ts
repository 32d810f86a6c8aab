import {
  BufferError,
  DEAD_LETTER_HEADERS,
  EmbeddedLog,
  type NewRecord,
  type PartitionState,
  TOPICS,
} from '@sonde/buffer';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LetterWatch, replayLetters, type WatchedBuffer } from '../src/index.ts';
import { makeFolder } from './harness.ts';

const GROUP = 'letters';

function letter(offset: number, reason: string, tenant = 'acme'): NewRecord {
  const headers = {
    tenant,
    [DEAD_LETTER_HEADERS.reason]: reason,
    [DEAD_LETTER_HEADERS.code]: 'INVALID_DATA',
    [DEAD_LETTER_HEADERS.topic]: TOPICS.logs,
    [DEAD_LETTER_HEADERS.partition]: '0',
    [DEAD_LETTER_HEADERS.offset]: String(offset),
  };
  return { value: Buffer.from('no OTLP'), headers, timestampUnixMs: 1000 + offset };
}

async function openLog(): Promise<EmbeddedLog> {
  const log = await EmbeddedLog.open(await makeFolder());
  onTestFinished(() => log.close());
  for (const topic of [TOPICS.logs, TOPICS.deadLetters]) {
    await log.createTopic(topic, { partitions: 1 });
  }
  return log;
}

function stateOf(log: EmbeddedLog, topic: string): PartitionState | undefined {
  return log.state().find((state) => state.topic === topic);
}

function watched(log: EmbeddedLog): WatchedBuffer {
  const bounds: WatchedBuffer['bounds'] = async (topic) => {
    const state = stateOf(log, topic);
    return state === undefined ? undefined : { start: state.startOffset, end: state.endOffset };
  };
  return { buffer: log, group: GROUP, bounds, done: () => log.forgetGroup(GROUP) };
}

function seen(watch: LetterWatch): Record<string, number> {
  return Object.fromEntries(watch.groups().map(({ reason, count }) => [reason, count]));
}

describe('the watch over dead letters', () => {
  it('counts those that lie there by reason, whatever numbers are in it, also of before', async () => {
    const log = await openLog();
    await log.append(TOPICS.deadLetters, 0, [
      letter(1, 'malformed OTLP at byte 1: wire type 3'),
      letter(7, 'malformed OTLP at byte 49: wire type 4'),
      letter(9, 'too many attributes\n  at more lines'),
    ]);
    const watch = new LetterWatch(watched(log), new RecordingLogger());
    await watch.look();
    expect(watch.groups()).toMatchObject([
      { count: 2, code: 'INVALID_DATA', signal: 'logs', tenant: 'acme' },
      { count: 1, reason: 'too many attributes' },
    ]);
    // Written twice by a crash, and a new one.
    await log.append(TOPICS.deadLetters, 0, [letter(9, 'too many attributes'), letter(11, 'new')]);
    await watch.look();
    expect(seen(watch)).toEqual({
      'malformed OTLP at byte 1: wire type 3': 2,
      'too many attributes': 1,
      new: 1,
    });
    expect(stateOf(log, TOPICS.deadLetters)?.groups).toEqual({});
  });

  it('counts those no more that were put back, and again what was refused again', async () => {
    const log = await openLog();
    await log.append(TOPICS.deadLetters, 0, [letter(1, 'one'), letter(2, 'two')]);
    const watch = new LetterWatch(watched(log), new RecordingLogger());
    await watch.look();
    await replayLetters(log, { reason: 'one' });
    await watch.look();
    expect(seen(watch)).toEqual({ two: 1 });
    await log.append(TOPICS.deadLetters, 0, [letter(3, 'one')]);
    await watch.look();
    expect(seen(watch)).toEqual({ one: 1, two: 1 });
    const later = new LetterWatch(watched(log), new RecordingLogger());
    await later.look();
    expect(seen(later)).toEqual(seen(watch));
  });

  it('counts those no more that retention took', async () => {
    const log = await openLog();
    log.setLimits(TOPICS.deadLetters, { segmentBytes: 64 * 1024, whenFull: 'drop_oldest' });
    const large = { ...letter(1, 'large'), value: Buffer.alloc(70_000) };
    await log.append(TOPICS.deadLetters, 0, [large]);
    await log.append(TOPICS.deadLetters, 0, [letter(2, 'small')]);
    const watch = new LetterWatch(watched(log), new RecordingLogger());
    await watch.look();
    expect(seen(watch)).toEqual({ large: 1, small: 1 });
    await log.applyRetention(Date.now() + 365 * 86_400_000);
    await watch.look();
    expect(seen(watch)).toEqual({ small: 1 });
  });

  it('tells a hundred kinds apart, and of more only how many', async () => {
    const log = await openLog();
    const records = Array.from({ length: 150 }, (_, i) => letter(i, 'no', `tenant-${i}`));
    await log.append(TOPICS.deadLetters, 0, records);
    const watch = new LetterWatch(watched(log), new RecordingLogger());
    await watch.look();
    const [first, ...others] = watch.groups();
    expect(first).toMatchObject({ count: 50, reason: 'of more kinds than are told apart' });
    expect(others).toHaveLength(100);
  });

  it('begins anew with a topic that was made anew', async () => {
    const logs = [await openLog(), await openLog()];
    const [before, after] = logs;
    if (before === undefined || after === undefined) throw new Error('no logs');
    await before.append(TOPICS.deadLetters, 0, [letter(1, 'old'), letter(2, 'old')]);
    await after.append(TOPICS.deadLetters, 0, [letter(1, 'young')]);
    let now = before;
    const watch = new LetterWatch(
      {
        group: GROUP,
        buffer: {
          openReader: (...place) => now.openReader(...place),
          state: () => now.state(),
        },
        bounds: (topic) => watched(now).bounds(topic),
        done: () => now.forgetGroup(GROUP),
      },
      new RecordingLogger(),
    );
    await watch.look();
    now = after;
    await watch.look();
    expect(seen(watch)).toEqual({ young: 1 });
  });

  it('says once why it cannot count, and stops', async () => {
    const logger = new RecordingLogger();
    const refused = new BufferError('BUFFER_IO', 'not authorized');
    const log = await openLog();
    const watch = new LetterWatch(
      { ...watched(log), bounds: () => Promise.reject(refused) },
      logger,
    );
    watch.start();
    await new Promise((resolve) => setImmediate(resolve));
    await watch.stop();
    expect(logger.lines.map(({ message, fields }) => [message, fields['error']])).toEqual([
      ['Dead letters cannot be counted for now.', 'not authorized'],
    ]);
  });
});
