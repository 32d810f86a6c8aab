import { leafId, PatternMiner } from '@sonde/log-patterns';
import { LogPatternSettingSchema } from '@sonde/pipeline/settings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LogsSchema } from '../src/api/logs/schema.ts';
import {
  PatternChangeSchema,
  PatternsSchema,
  PatternValuesSchema,
} from '../src/api/patterns/schema.ts';
import { PatternJob, SqliteStateStore } from '../src/index.ts';
import { changeOf } from '../src/patterns/group-patterns.ts';
import { parseFact } from '../src/patterns/leaf-facts.ts';
import { patternIs } from '../src/patterns/pattern-queries.ts';
import type { StreamMessage } from '../src/streams/stream-message.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';
import { insertSql, type LogSeed, logRow, raw } from './seed.ts';

const HOUR = 3_600_000;
const base = Math.floor(Date.now() / HOUR) * HOUR - 3 * HOUR;
const range = `from=${base + HOUR}&to=${base + 2 * HOUR}`;
const NAMES = 'ant bee cat dog eel fox gnu hen ibis jay kite lark mole newt owl pig'.split(' ');

let sonde: Sonde;
let job: PatternJob;
/** What the stream of patterns was told. */
const told: StreamMessage[] = [];
const state = new SqliteStateStore({ path: ':memory:' });

interface Line extends LogSeed {
  readonly version?: string;
}

/** What the processor and the exporter would have stored. */
async function store(lines: readonly Line[]): Promise<readonly string[]> {
  const miner = new PatternMiner({ hasNews: true });
  const ids: string[] = [];
  const rows = lines.map((line) => {
    const bytes = Buffer.from(line.body);
    const source = miner.source(line.service ?? 'shop');
    const leaf = miner.add(source, bytes, 0, bytes.length);
    const { count, start, end } = miner.variables(leaf);
    const values = Array.from({ length: count }, (_, i) =>
      miner.reader.bytes.subarray(start[i], end[i]),
    );
    ids.push(leafId(leaf));
    const texts = values.map((value) => `'${Buffer.from(value).toString()}'`);
    return logRow({
      ...line,
      more: {
        pattern_id: raw(`toUInt64(${leaf.id})`),
        pattern_variables: raw(`[${texts.join(', ')}]::Array(String)`),
        service_version: line.version ?? '',
      },
    });
  });
  await sonde.run(insertSql('logs', rows));
  miner.settle();
  const facts = [...miner.allSources()].flatMap(({ key, news }) =>
    (news?.take(10_000) ?? []).map((fact) => ({
      tenant: 'default',
      day: raw('today()'),
      service: key,
      leaf_id: raw(`toUInt64(${BigInt(`0x${fact.id}`)})`),
      moved_to: raw(`toUInt64(${BigInt(`0x${fact.movedTo ?? '0'}`)})`),
      version: fact.count,
      fact: JSON.stringify(fact),
    })),
  );
  await sonde.run(insertSql('log_leaves', facts));
  return ids;
}

const now = base + HOUR;
const jobLine = (atMs: number, i: number): Line => ({
  atMs: atMs + i * 1000,
  body: `the job of user ${NAMES[i % NAMES.length]} has ended after ${i} ms`,
  version: '1.0',
});
let ids: readonly string[];

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  job = new PatternJob({
    store: sonde.role,
    leases: state.leases,
    holder: 'test',
    log: { warn: () => {}, error: () => {} },
    publish: async (messages) => void told.push(...messages),
  });
  ids = await store([
    ...Array.from({ length: 32 }, (_, i) => jobLine(now, i)),
    ...Array.from({ length: 10 }, (_, i) => jobLine(base, i)),
    { atMs: base + 1, body: 'an old notice that nobody prints any more', severity: 13 },
    { atMs: now + 1, body: 'connection refused by the store', severity: 17, version: '2.0' },
    { atMs: now + 2, body: 'cart emptied', service: 'cart' },
    { atMs: now + 3, body: 'not ours', tenant: 'other' },
  ]);
});
afterAll(async () => {
  await job.stop();
  await state.close();
  await sonde.close();
});

const list = (query = '') => sonde.get(`/api/v1/patterns?${range}${query}`, PatternsSchema);
const shown = async (query = '') =>
  (await list(query)).patterns.map(({ template, count, change }) => [template, count, change]);

const JOB = 'the job of user <*> has ended after <*> ms';

async function change(body: object): Promise<Response> {
  return fetch(`${sonde.url}/api/v1/patterns`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function idOf(template: string): Promise<string> {
  const { patterns } = await list();
  return patterns.find((pattern) => pattern.template === template)?.id ?? 'none';
}

describe('patterns', () => {
  it('are there as ids before anybody has grouped them, and after as patterns', async () => {
    const before = await list();
    expect(before.patternCount).toBeGreaterThan(10);
    expect(await job.look()).toBeGreaterThan(18);
    expect(await job.look()).toBe(0);
    expect(told.map(({ payload }) => payload['template']).toSorted()).toEqual([
      'an old notice that nobody prints any more',
      'cart emptied',
      'connection refused by the store',
      'not ours',
      JOB,
    ]);
    expect(await shown()).toEqual([
      [JOB, 32, 'more'],
      ['connection refused by the store', 1, 'new'],
      ['cart emptied', 1, 'new'],
      ['an old notice that nobody prints any more', 0, 'gone'],
    ]);
  });

  it('come with share, trend, severity and when they were first there', async () => {
    const { patterns, total, unpatterned } = await list();
    expect(total).toBe(34);
    expect(unpatterned).toBe(0);
    const [most, error] = patterns;
    expect(most?.share).toBeCloseTo(32 / 34);
    expect(most?.trend[0]).toBe(32);
    expect(most?.firstSeenMs).toBe(base);
    expect(most?.baselineCount).toBe(10);
    expect(error).toMatchObject({ severityNumber: 17, firstSeenMs: now + 1 });
  });

  it('are of one service, and compared with another version by share', async () => {
    // Nothing is new where there is nothing to compare with.
    expect(await shown('&service=cart')).toEqual([['cart emptied', 1, 'same']]);
    const answer = await list('&service=shop&version=2.0&baselineVersion=1.0');
    expect(answer.versions).toEqual(['2.0', '1.0']);
    expect(answer.patterns.map(({ template, change }) => [template, change])).toEqual([
      ['connection refused by the store', 'new'],
      [JOB, 'gone'],
    ]);
  });

  it('have values: words of lines before the pattern was known among them', async () => {
    const id = await idOf(JOB);
    const path = `/api/v1/patterns/values?${range}&service=shop&id=${id}`;
    const names = await sonde.get(`${path}&place=1`, PatternValuesSchema);
    expect(names).toMatchObject({ lines: 32, distinct: 16, numbers: null });
    expect(names.values[0]).toEqual({ value: 'ant', count: 2 });
    const times = await sonde.get(`${path}&place=2`, PatternValuesSchema);
    expect(times.numbers).toMatchObject({ min: 0, max: 31 });
    const none = await fetch(`${sonde.url}${path}&place=3`);
    expect(none.status).toBe(404);
  });

  it('have quantiles where values are numbers, and none where they begin like some', async () => {
    const lines = [2, 9, 30].map((i) => ({
      atMs: now + i,
      body: `peer ${i * 7}.0.0.${i} sent ${i / 2} kB on ${2000 + i}-${i}-02`,
      service: 'net',
    }));
    const [id] = await store(lines);
    await job.look();
    expect(await shown('&service=net')).toEqual([['peer <*> sent <*> kB on <*>', 3, 'same']]);
    const path = `/api/v1/patterns/values?${range}&service=net&id=${id}`;
    const numbers = async (place: number): Promise<unknown> =>
      (await sonde.get(`${path}&place=${place}`, PatternValuesSchema)).numbers;
    expect(await numbers(1)).toBeNull();
    expect(await numbers(2)).toMatchObject({ min: 1, p50: 4.5, max: 15 });
    expect(await numbers(3)).toBeNull();
  });

  it('are a filter of logs, by any id of their lines', async () => {
    for (const query of [`pattern=${ids[0]}`, `q=pattern:${ids[5]}`]) {
      const { records } = await sonde.get(`/api/v1/logs?${range}&limit=100&${query}`, LogsSchema);
      expect(records).toHaveLength(32);
    }
    const { sql } = await import('@sonde/store');
    const plan = await sonde.explain(
      sql`SELECT count() FROM logs WHERE ${patternIs('default', ids[0] ?? '')}`,
    );
    expect(plan).toContain('i_pattern_id');
  });
});

describe('what people decide about a pattern', () => {
  it('is kept: a name, muted, pinned', async () => {
    const id = await idOf('connection refused by the store');
    const asked = { service: 'shop', id, name: 'Store away', isPinned: true };
    const answer = PatternChangeSchema.parse(await (await change(asked)).json());
    expect(answer.decision).toMatchObject({ name: 'Store away', isPinned: true, keepOneIn: 1 });
    const { patterns } = await list();
    expect(patterns[0]).toMatchObject({ id, decision: { name: 'Store away', isMuted: false } });
    await change({ service: 'shop', id, name: '', isPinned: false });
    const settings: unknown = await (await fetch(`${sonde.url}/api/v1/settings`)).json();
    expect(settings).toMatchObject({ logPatterns: [] });
  });

  it('merges patterns, and takes them apart again', async () => {
    const id = await idOf('connection refused by the store');
    const into = await idOf(JOB);
    await change({ service: 'shop', id, mergedInto: into });
    const merged = (await list('&service=shop')).patterns[0];
    expect(merged).toMatchObject({ id: into, count: 33, merged: [id] });
    await change({ service: 'shop', id, mergedInto: null });
    expect((await list('&service=shop')).patterns[0]?.count).toBe(32);
  });

  it('says what fewer lines save, holds for all ids, and for what is merged later', async () => {
    const id = await idOf(JOB);
    const answer = PatternChangeSchema.parse(
      await (await change({ service: 'shop', id: ids[3], keepOneIn: 0 })).json(),
    );
    expect(answer.decision.keepOneIn).toBe(0);
    expect(answer.decision.savedBytesADay).toBeGreaterThan(1000);
    const settings: unknown = await (await fetch(`${sonde.url}/api/v1/settings`)).json();
    expect(settings).toMatchObject({
      logPatterns: [{ tenant: 'default', service: 'shop', id, keepOneIn: 0, alsoErrors: false }],
    });
    // A smaller id comes: the pattern has another one, and the decision still holds.
    await store([{ atMs: now + 5, body: 'the job of user yak has ended after 1 ms' }]);
    await job.look();
    const [most] = (await list('&service=shop')).patterns;
    expect(most).toMatchObject({ count: 33, decision: { keepOneIn: 0 } });
  });

  it('does not count errors as saved, which are stored all the same, unless they are named', async () => {
    const id = await idOf('connection refused by the store');
    const saved = async (body: object): Promise<number> => {
      const answer = await (await change({ service: 'shop', id, ...body })).json();
      return PatternChangeSchema.parse(answer).decision.savedBytesADay;
    };
    expect(await saved({ keepOneIn: 0 })).toBe(0);
    const bytes = 'connection refused by the store'.length;
    expect(await saved({ alsoErrors: true })).toBe(bytes);
    expect(await saved({ name: 'Refused' })).toBe(bytes);
    expect(await saved({ keepOneIn: 2 })).toBe(bytes / 2);
    expect(await saved({ alsoErrors: false, name: '' })).toBe(0);
    expect(await saved({ keepOneIn: 1 })).toBe(0);
  });

  it('counts what people merged into it, and remembers ids of most lines', async () => {
    const letter = (i: number): string => String.fromCharCode(97 + i);
    const seldom = Array.from({ length: 100 }, (_, i) => `${letter(i % 26)}${letter(i / 26)}`);
    const often = Array.from({ length: 200 }, (_, i) => NAMES[i % 16]);
    const atMs = Date.now() - 60_000;
    const many = [...often, ...seldom].map(
      (word): Line => ({ atMs, body: `file of ${word} was closed well`, service: 'files' }),
    );
    const found = await store([...many, { atMs, body: 'cache is cold', service: 'files' }]);
    await job.look();
    const service = 'files';
    await change({ service, id: found.at(-1), mergedInto: found[0] });
    const answer = await (await change({ service, id: found[0], keepOneIn: 0 })).json();
    const bytes = many.reduce((sum, { body }) => sum + body.length, 'cache is cold'.length);
    expect(PatternChangeSchema.parse(answer).decision.savedBytesADay).toBe(bytes);
    const settings: unknown = await (await fetch(`${sonde.url}/api/v1/settings`)).json();
    const { logPatterns } = z
      .object({ logPatterns: z.array(LogPatternSettingSchema) })
      .parse(settings);
    const rule = logPatterns.find((each) => each.service === service && each.keepOneIn === 0);
    for (const id of found.slice(0, 16)) expect([rule?.id, ...(rule?.leaves ?? [])]).toContain(id);
  });

  it('is refused for what is no pattern', async () => {
    expect((await change({ service: 'shop', id: 'f'.repeat(16), isMuted: true })).status).toBe(404);
    expect((await change({ service: 'shop', id: 'x', isMuted: true })).status).toBe(400);
  });
});

describe('changes and facts', () => {
  it('call more what chance does not explain', () => {
    expect(changeOf(3, 1, 1)).toBe('same');
    expect(changeOf(300, 100, 100)).toBe('more');
    expect(changeOf(10, 100, 100)).toBe('less');
    expect(changeOf(0, 0, 0)).toBe('same');
  });

  it('are none where the text is none', () => {
    expect(parseFact('{')).toBeUndefined();
    expect(parseFact('{"id":"x"}')).toBeUndefined();
    expect(
      parseFact(`{"id":"${'a'.repeat(16)}","line":"x","start":0,"values":[],"count":1}`),
    ).toEqual({
      id: 'a'.repeat(16),
      line: 'x',
      start: 0,
      values: [],
      count: 1,
      affixes: undefined,
    });
  });
});
