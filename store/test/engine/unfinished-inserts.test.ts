import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStoreClient, sql, uint64Number } from '@sonde/store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { forgetUnfinishedInserts } from '../../src/engine/unfinished-inserts.ts';
import { INGEST_TOKEN, INTERNAL_TOKEN, startTestEngine } from './engine-under-test.ts';
import { nativeBlock } from './native-block.ts';

const directory = mkdtempSync(join(tmpdir(), 'sonde-unfinished-'));
const root = join(directory, 'data/store');
const Row = z.object({ n: uint64Number, rows: uint64Number });

afterAll(() => rmSync(directory, { recursive: true }));

/** One life of the engine: inserts those numbers, a block each under its own token, and counts. */
async function live(...numbers: readonly number[]): Promise<Readonly<Record<number, number>>> {
  const { url, engine } = await startTestEngine({ directory });
  const internal = createStoreClient({ url, role: 'internal', token: INTERNAL_TOKEN });
  const ingest = createStoreClient({ url, role: 'ingest', token: INGEST_TOKEN });
  await internal.command(sql`CREATE DATABASE IF NOT EXISTS unfinished ENGINE = Atomic`);
  await internal.command(sql`CREATE TABLE IF NOT EXISTS unfinished.t (n UInt64, s String)
    ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 1000`);
  for (const n of numbers) {
    const row = [BigInt(n), Buffer.from('a row')] as const;
    await ingest.insertNative('unfinished.t', nativeBlock([row]), { token: `t/${n}` });
  }
  const counts = sql`SELECT n, count() AS rows FROM unfinished.t GROUP BY n`;
  const { rows } = await internal.query(counts, Row);
  await Promise.all([internal.close(), ingest.close()]);
  expect(await engine.stop()).toBe(0);
  return Object.fromEntries(rows.map(({ n, rows: count }) => [n, count]));
}

/** The one table's folder. */
function tableFolder(): string {
  for (const group of readdirSync(root)) {
    for (const table of readdirSync(join(root, group))) {
      const folder = join(root, group, table);
      if (readdirSync(folder).includes('deduplication_logs')) return folder;
    }
  }
  throw new Error('no table keeps tokens');
}

const logFile = (): string => join(tableFolder(), 'deduplication_logs/deduplication_log_1.txt');

beforeAll(async () => {
  expect(await live(1, 2, 3)).toEqual({ 1: 1, 2: 1, 3: 1 });
}, 60_000);

it('an insert that was killed before its part had its name is taken when it comes again', async () => {
  const folder = tableFolder();
  renameSync(join(folder, 'all_2_2_0'), join(folder, 'tmp_insert_all_2_2_0'));
  expect(await live(1, 2, 3)).toEqual({ 1: 1, 2: 1, 3: 1 });
});

it('one that was finished is known, also when its part was merged since', async () => {
  const { url, engine } = await startTestEngine({ directory });
  const internal = createStoreClient({ url, role: 'internal', token: INTERNAL_TOKEN });
  await internal.command(sql`OPTIMIZE TABLE unfinished.t FINAL`);
  await internal.close();
  await engine.stop();
  expect(forgetUnfinishedInserts([root])).toBe(0);
  expect(await live(1, 2, 3, 4)).toEqual({ 1: 1, 2: 1, 3: 1, 4: 1 });
});

it('one whose part lies on another disk is known', () => {
  const folder = tableFolder();
  const [, group = '', table = ''] = /([^/]+)\/([^/]+)$/.exec(folder) ?? [];
  const other = mkdtempSync(join(tmpdir(), 'sonde-unfinished-cold-'));
  const [part = ''] = readdirSync(folder).filter((name) => name.startsWith('all_'));
  const [from, to] = [join(folder, part), join(other, group, table, part)];
  const before = readFileSync(logFile(), 'utf8');
  mkdirSync(to, { recursive: true });
  const away = join(directory, 'away');
  renameSync(from, away);
  expect(forgetUnfinishedInserts([root, other])).toBe(0);
  expect(readFileSync(logFile(), 'utf8')).toBe(before);
  renameSync(away, from);
  rmSync(other, { recursive: true });
});

it('a line that was not written to its end is cut', async () => {
  const whole = readFileSync(logFile(), 'utf8');
  writeFileSync(logFile(), `${whole}1\tall_9_9_0\tall_12`);
  expect(forgetUnfinishedInserts([root])).toBe(0);
  expect(readFileSync(logFile(), 'utf8')).toBe(whole);
  expect(await live(4, 5)).toMatchObject({ 4: 1, 5: 1 });
});

it('an insert whose part cannot get its name ends the engine before it is told so', async () => {
  const { url, engine } = await startTestEngine({ directory });
  const ingest = createStoreClient({ url, role: 'ingest', token: INGEST_TOKEN });
  const insert = (n: number): Promise<unknown> =>
    ingest.insertNative('unfinished.t', nativeBlock([[BigInt(n), Buffer.from('a row')]]), {
      token: `t/${n}`,
    });
  await insert(6);
  const [newest = 0] = readdirSync(tableFolder())
    .map((name) => Number(/^all_\d+_(\d+)_/.exec(name)?.[1] ?? 0))
    .sort((a, b) => b - a);
  // Where a file is, no folder can be named so.
  const inTheWay = join(tableFolder(), `all_${newest + 1}_${newest + 1}_0`);
  writeFileSync(inTheWay, '');
  await expect(insert(7)).rejects.toThrow(/Not a directory/);
  await expect(insert(7)).rejects.toThrow();
  await ingest.close();
  rmSync(inTheWay);
  // By itself: a signal that came first would be what ended it.
  await expect.poll(() => existsSync(`/proc/${engine.pid}`)).toBe(false);
  expect(await engine.stop()).toBe(1);
  expect(await live(7)).toMatchObject({ 6: 1, 7: 1 });
}, 60_000);

it('an insert that failed before it had a token leaves the engine open', async () => {
  const { url, engine } = await startTestEngine({ directory });
  const ingest = createStoreClient({ url, role: 'ingest', token: INGEST_TOKEN });
  const row = nativeBlock([[8n, Buffer.from('a row')]]);
  await ingest.insertNative('unfinished.t', row, { token: 't/8' });
  await expect(ingest.insertNative('unfinished.t', Buffer.from('no block'))).rejects.toThrow();
  await ingest.insertNative('unfinished.t', row, { token: 't/8' });
  await ingest.close();
  expect(await engine.stop()).toBe(0);
  expect(await live()).toMatchObject({ 8: 1 });
}, 60_000);

it('rows that were dropped since are no insert that failed', async () => {
  const { url, engine } = await startTestEngine({ directory });
  const internal = createStoreClient({ url, role: 'internal', token: INTERNAL_TOKEN });
  const ingest = createStoreClient({ url, role: 'ingest', token: INGEST_TOKEN });
  const row = (n: number): Uint8Array => nativeBlock([[BigInt(n), Buffer.from('a row')]]);
  for (const [n, way] of [
    [9, sql`ALTER TABLE unfinished.t DROP PARTITION tuple()`],
    [10, sql`TRUNCATE TABLE unfinished.t`],
    [11, sql`ALTER TABLE unfinished.t DETACH PARTITION tuple()`],
  ] as const) {
    await ingest.insertNative('unfinished.t', row(n), { token: `t/${n}` });
    await internal.command(way);
    await expect(ingest.insertNative('unfinished.t', Buffer.from('no block'))).rejects.toThrow();
    await expect(internal.command(sql`SELECT throwIf(1)`)).rejects.toThrow();
  }
  await ingest.insertNative('unfinished.t', row(12), { token: 't/12' });
  await Promise.all([internal.close(), ingest.close()]);
  expect(await engine.stop()).toBe(0);
  expect(await live()).toEqual({ 12: 1 });
}, 60_000);
