import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedLog, TOPICS } from '@sonde/buffer';
import { SondeError } from '@sonde/pipeline';
import { MalformedError } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { batchConfig, retryWaits, toRequest } from '../src/index.ts';
import {
  append,
  deadLettersOf,
  deadline,
  makeFolder,
  openFolder,
  Store,
  startDelivery,
} from './harness.ts';
import { recordOf } from './log-record.ts';
import { logsRequest, MALFORMED } from './log-requests.ts';

const EVERYTHING = { timeout: '1m' } as const;

describe('the configuration', () => {
  it('has defaults', () => {
    const batch = { items_max: 100_000, bytes_max: 64 * 1024 * 1024, timeout: 1000 };
    expect(batchConfig.parse(null)).toEqual(batch);
    expect(retryWaits.parse(undefined)).toEqual({ initial_interval: 1000, max_interval: 30_000 });
  });

  it.each([
    [batchConfig, { timeout: '2m' }, 'between 0s and 1m'],
    [batchConfig, { bytes_max: '1GiB' }, 'between 1 and 512MiB'],
    [batchConfig, { size: 1 }, 'size'],
    [retryWaits, { initial_interval: '0s' }, 'must be positive'],
    [retryWaits, { max_interval: '1ms' }, 'between initial_interval and 1h'],
  ])('refuses what makes no sense (%#)', (schema, raw, text) => {
    expect(schema.safeParse(raw).error?.message).toContain(text);
  });
});

describe('batches', () => {
  it('carry their range, tenants and times, and are committed', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    await append(log, 'a', 'b', 'c');
    const store = new Store();
    let tenants: readonly string[] = [];
    store.answer = ({ requests }) => {
      tenants = requests.map(({ tenant, receivedUnixMs }) => `${tenant} ${receivedUnixMs}`);
    };
    const running = await startDelivery(directory, { store });
    await store.until(({ taken }) => taken.length === 1);
    expect(store.taken).toEqual([{ from: 0, to: 3, settingsVersion: 0, rows: 3 }]);
    expect(tenants).toEqual(Array.from({ length: 3 }, () => 'acme 1750000000000'));
    await running.committed(log, 3);
  });

  it('end at items_max, and a request with more is a batch of its own', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    const sizes = [4, 4, 4, 25, 1, 9, 1];
    for (const size of sizes) {
      const bodies = Array.from({ length: size }, () => 'x');
      await log.append(TOPICS.logs, 0, [recordOf(logsRequest(...bodies), size)]);
    }
    const { store } = await startDelivery(directory, { batch: { items_max: 10 } });
    await store.until(({ taken }) => taken.at(-1)?.to === sizes.length);
    expect(store.taken.map(({ rows }) => rows)).toEqual([8, 4, 25, 10, 1]);
  });

  it('end at bytes_max', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    for (let count = 0; count < 5; count += 1) await append(log, 'x'.repeat(400));
    const batch = { bytes_max: '1000B', timeout: '5ms' };
    const { store } = await startDelivery(directory, { batch });
    await store.until(({ taken }) => taken.at(-1)?.to === 5);
    expect(store.taken.map(({ from, to }) => to - from)).toEqual([2, 2, 1]);
  });

  it('wait for more until timeout, not for ever', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    const { store } = await startDelivery(directory, { batch: { timeout: '300ms' } });
    const startMs = performance.now();
    await append(log, 'first');
    await append(log, 'second');
    await store.until(({ taken }) => taken.length === 1);
    expect(store.taken).toMatchObject([{ from: 0, to: 2 }]);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(295);
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  it('count the items of a record that does not say them', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    const bare = { value: logsRequest('a', 'b'), headers: {}, timestampUnixMs: 5 };
    await log.append(TOPICS.logs, 0, [bare, bare]);
    const { store } = await startDelivery(directory, { batch: { items_max: 2 } });
    await store.until(({ calls }) => calls.length === 2);
    expect(store.calls.map(({ rows }) => rows)).toEqual([2, 2]);
  });

  it('come from every partition', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    await log.createTopic(TOPICS.logs, { partitions: 3 });
    for (const partition of [0, 1, 2]) {
      await log.append(TOPICS.logs, partition, [recordOf(logsRequest('x'))]);
    }
    const { store } = await startDelivery(directory);
    await store.until(({ taken }) => taken.length === 3);
    expect(store.taken.every(({ from, to }) => from === 0 && to === 1)).toBe(true);
  });
});

describe('a retryable error', () => {
  it('brings the same range again until it is taken, and nothing is committed before', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    const store = new Store();
    store.answer = (_, call) => {
      expect(log.state().find(({ topic }) => topic === TOPICS.logs)?.groups['store']).toBe(0);
      if (call < 4) throw new SondeError('UNAVAILABLE', 'the store is away');
    };
    await append(log, 'a', 'b');
    const running = await startDelivery(directory, { store });
    await store.until(({ taken }) => taken.length === 1);
    expect(store.calls).toEqual(Array.from({ length: 4 }, () => store.calls[0]));
    await running.committed(log, 2);
    expect(running.host.reported.map(({ state }) => state)).toEqual([
      'recoverable',
      'recoverable',
      'recoverable',
      'ok',
    ]);
  });

  it('waits as long as the other side asks for', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    const store = new Store();
    const atMs: number[] = [];
    store.answer = (_, call) => {
      atMs.push(performance.now());
      if (call === 1) throw new SondeError('OVERLOADED', 'later', { retryAfterMs: 200 });
    };
    await append(log, 'a');
    await startDelivery(directory, { store });
    await store.until(({ taken }) => taken.length === 1);
    expect((atMs[1] ?? 0) - (atMs[0] ?? 0)).toBeGreaterThanOrEqual(195);
  });

  it('at shutdown leaves the range pending, and the next start begins with exactly it', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    const store = new Store();
    store.answer = () => {
      throw new SondeError('UNAVAILABLE', 'the store is away');
    };
    await append(log, 'a', 'b');
    const first = await startDelivery(directory, { store });
    await store.until(({ calls }) => calls.length === 2);
    await first.pumps.shutdown(deadline('never'));
    await append(log, 'c');

    const again = await startDelivery(directory);
    await again.store.until(({ taken }) => taken.length === 2);
    expect(again.store.taken.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [2, 3],
    ]);
  });
});

describe('poison', () => {
  async function deliver(
    bodies: readonly (string | typeof MALFORMED)[],
    answer?: Store['answer'],
  ): Promise<{ store: Store; letters: Awaited<ReturnType<typeof deadLettersOf>> }> {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    const records = bodies.map((body) =>
      recordOf(typeof body === 'string' ? logsRequest(body) : body),
    );
    await log.append(TOPICS.logs, 0, records);
    const store = new Store();
    if (answer !== undefined) store.answer = answer;
    const running = await startDelivery(directory, { store });
    await running.committed(log, bodies.length);
    await running.pumps.shutdown(deadline('never'));
    return { store, letters: await deadLettersOf(log) };
  }

  it('that the decoder names goes to the dead letters at once, alone', async () => {
    const { store, letters } = await deliver(['a', 'b', MALFORMED, 'd', 'e', 'f']);
    expect(store.taken.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [3, 6],
    ]);
    expect(store.calls.length).toBe(4);
    expect(letters.length).toBe(1);
    expect(Buffer.from(letters[0]?.value ?? [])).toEqual(MALFORMED);
    expect(letters[0]?.headers).toMatchObject({
      tenant: 'acme',
      code: 'INVALID_DATA',
      topic: 'otlp_logs',
      partition: '0',
      offset: '2',
      reason: expect.stringContaining('malformed OTLP'),
    });
    expect(letters[0]?.timestampUnixMs).toBe(1_750_000_000_000);
  });

  it('that nobody names is found by halves, however many there are', async () => {
    const bodies = Array.from({ length: 37 }, (_, index) => `${index}`);
    const poison = new Set([0, 1, 13, 36]);
    const { store, letters } = await deliver(bodies, ({ source }) => {
      for (const offset of poison) {
        if (source !== undefined && offset >= source.from && offset < source.to) {
          throw new SondeError('INVALID_DATA', `row of ${offset} is refused`);
        }
      }
    });
    expect(letters.map(({ headers }) => Number(headers['offset']))).toEqual([...poison]);
    const rows = store.taken.reduce((sum, taken) => sum + taken.rows, 0);
    expect(rows).toBe(37 - poison.size);
    // In order and without overlap: each range begins at or behind the end of the one before.
    for (const [index, { from }] of store.taken.entries()) {
      expect(from).toBeGreaterThanOrEqual(store.taken[index - 1]?.to ?? 0);
    }
  });

  it('in every record empties the batch into the dead letters and reading goes on', async () => {
    const { store, letters } = await deliver([MALFORMED, MALFORMED, MALFORMED]);
    expect(letters.length).toBe(3);
    expect(store.taken).toEqual([]);
  });

  it('does not turn a retryable error in between into a dead letter', async () => {
    let failures = 0;
    const { letters } = await deliver(['a', MALFORMED, 'c'], (_, call) => {
      if (call % 2 === 0 && failures < 3) {
        failures += 1;
        throw new SondeError('UNAVAILABLE', 'the store is away');
      }
    });
    expect(failures).toBe(3);
    expect(letters.map(({ headers }) => headers['offset'])).toEqual(['1']);
  });
});

describe('a pending intent', () => {
  it('is delivered first, as it was: beyond the limits of a batch, with its settings version', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    await append(log, 'a', 'b', 'c', 'd', 'e');
    const reader = await log.openReader('store', TOPICS.logs, 0);
    await reader.begin({ from: 0, to: 4, configVersion: 'config-0', settingsVersion: 41 });
    await reader.close();
    const batch = { items_max: 1 };
    const running = await startDelivery(directory, { batch, configVersion: 'config-1' });
    await running.store.until(({ taken }) => taken.length === 2);
    expect(running.store.taken).toEqual([
      { from: 0, to: 4, settingsVersion: 41, rows: 4 },
      { from: 4, to: 5, settingsVersion: 0, rows: 1 },
    ]);
    expect(running.logger.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'The configuration has changed since this range was begun.',
        fields: expect.objectContaining({ begun_with: 'config-0', now: 'config-1' }),
      }),
    );
  });

  it('of a range that the log has lost is committed, and reading goes on', async () => {
    const directory = await makeFolder();
    const before = await EmbeddedLog.open(directory);
    await before.createTopic(TOPICS.logs, { partitions: 1 });
    await append(before, 'a', 'b');
    const reader = await before.openReader('store', TOPICS.logs, 0);
    await reader.begin({ from: 0, to: 2, configVersion: 'config-1', settingsVersion: 0 });
    await before.close();
    await truncate(join(directory, TOPICS.logs, '0', `${'0'.repeat(20)}.log`), 0);

    const log = await openFolder(directory);
    const running = await startDelivery(directory);
    await running.committed(log, 2);
    expect(running.store.calls).toEqual([]);
    await append(log, 'c');
    await running.store.until(({ taken }) => taken.length === 1);
    expect(running.store.taken).toMatchObject([{ from: 2, to: 3 }]);
  });
});

describe('shutdown', () => {
  it('lets the batch in flight end and commits it', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    await append(log, 'a');
    const store = new Store();
    let release: () => void = () => {};
    store.answer = () => new Promise((resolve) => (release = resolve));
    const { pumps } = await startDelivery(directory, { store });
    await store.until(({ calls }) => calls.length === 1);
    const stopped = pumps.shutdown(deadline('never'));
    await append(log, 'b');
    release();
    await stopped;
    const state = log.state().find(({ topic }) => topic === TOPICS.logs);
    expect(state?.groups['store']).toBe(1);
    expect(store.taken.length).toBe(1);
  });

  it('gives up at the deadline; the range stays pending', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    await append(log, 'a');
    const store = new Store();
    let release: () => void = () => {};
    store.answer = () => new Promise((resolve) => (release = resolve));
    const { pumps, host } = await startDelivery(directory, { store });
    await store.until(({ calls }) => calls.length === 1);
    await pumps.shutdown(deadline('passed'));
    const reader = await log.openReader('store', TOPICS.logs, 0);
    expect(reader.pendingIntent()).toMatchObject({ from: 0, to: 1 });
    release();
    await store.until(({ taken }) => taken.length === 1);
    expect(host.reported).toEqual([]);
  });

  it('does not wait for a batch that is still gathering', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    const { store, pumps } = await startDelivery(directory, { batch: EVERYTHING });
    await append(log, 'a');
    await pumps.shutdown(deadline('never'));
    expect(store.calls).toEqual([]);
    expect(log.state().find(({ topic }) => topic === TOPICS.logs)?.endOffset).toBe(1);
  });
});

describe('a partition that is taken away', () => {
  it('ends its pump without harm, and another reader delivers what was not committed', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    await append(log, 'a');
    const store = new Store();
    let release: () => void = () => {};
    store.answer = () => new Promise((resolve) => (release = resolve));
    const { pumps, host } = await startDelivery(directory, { store, batch: { timeout: '0s' } });
    await store.until(({ calls }) => calls.length === 1);
    const shutdown = pumps.shutdown(deadline('passed'));
    release();
    await shutdown;
    expect(host.reported).toEqual([]);
    const again = await startDelivery(directory);
    await again.store.until(({ taken }) => taken.length === 1);
    expect(again.store.taken).toMatchObject([{ from: 0, to: 1 }]);
  });
});

describe('a record that is no request', () => {
  it('goes to the dead letters with what its reader said, its neighbours are delivered', async () => {
    const directory = await makeFolder();
    const log = await openFolder(directory);
    await append(log, 'a', 'b', 'c');
    const running = await startDelivery(directory, {
      toRequest: (record) => {
        if (record.offset === 1) throw new MalformedError(7, 'not what was agreed');
        return toRequest('logs', record);
      },
    });
    await running.committed(log, 3);
    expect(running.store.taken.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [2, 3],
    ]);
    const [letter] = await deadLettersOf(log);
    expect(letter?.headers).toMatchObject({ offset: '1', code: 'INVALID_DATA' });
    expect(letter?.headers['reason']).toContain('not what was agreed');
  });
});
