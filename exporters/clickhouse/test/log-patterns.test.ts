import { jsonToProtobuf, LogColumns } from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { takePatterns } from '../src/blocks/take-patterns.ts';
import {
  RECEIVED_UNIX_MS,
  startEngine,
  startExporter,
  type TestEngine,
  telemetryOf,
} from './engine.ts';
import { nanos } from './requests.ts';

const ID = '00ff00ff12345678';
const fact = { id: ID, line: 'took 5 ms', start: 0, values: [1], count: 1, more: 'kept' };

const text = (stringValue: string) => ({ stringValue });
const array = (...values: readonly object[]) => ({ arrayValue: { values } });

function request(): Uint8Array {
  const patterned = (i: number, extra: readonly object[] = []) => ({
    timeUnixNano: nanos(RECEIVED_UNIX_MS),
    severityNumber: i % 2 === 0 ? 9 : 17,
    body: text(`took ${i} ms`),
    attributes: [
      { key: 'a', value: text('1') },
      { key: 'sonde.log.pattern.id', value: text(ID) },
      { key: 'sonde.log.pattern.variables', value: array(text(`${i} ms`), text('é')) },
      { key: 'b', value: array(text('x')) },
      ...extra,
    ],
  });
  const facts = JSON.stringify([fact, { id: 'no id', count: 1 }, { ...fact, movedTo: ID }]);
  const logRecords = [
    patterned(0, [{ key: 'sonde.log.pattern.news', value: text(facts) }]),
    { timeUnixNano: nanos(RECEIVED_UNIX_MS), body: text('bare') },
    patterned(1, [{ key: 'sonde.log.pattern.news', value: text('{no json') }]),
    patterned(2, [{ key: 'sonde.log.sampling.weight', value: { doubleValue: 10 } }]),
    {
      timeUnixNano: nanos(RECEIVED_UNIX_MS),
      attributes: [
        { key: 'sonde.log.pattern.id', value: text('no id at all') },
        { key: 'sonde.log.pattern.variables', value: text('none') },
      ],
    },
  ];
  const attributes = [
    { key: 'service.name', value: text('shop') },
    { key: 'service.version', value: text('1.2') },
  ];
  return jsonToProtobuf(
    'logs',
    JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] }),
  );
}

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
}, 120_000);
afterAll(() => engine.stop());

async function rows<T>(text: string, row: z.ZodType<T>): Promise<readonly T[]> {
  const answer = await fetch(`${engine.url}/?query=${encodeURIComponent(`${text} FORMAT JSON`)}`, {
    headers: engine.credentials,
  });
  return z.object({ data: z.array(row) }).parse(await answer.json()).data;
}

describe('patterns of log records', () => {
  it('are columns, and no attributes any more', async () => {
    const exporter = await startExporter(engine, 'logs');
    const source = { topic: 't', partition: 0, from: 0, to: 1 };
    // Twice under one token: a replay.
    for (let i = 0; i < 2; i++) {
      await exporter.consume(telemetryOf('logs', [{ bytes: request() }], source));
    }
    await exporter.shutdown(new AbortController().signal);
    const found = await rows(
      `SELECT leftPad(lower(hex(pattern_id)), 16, '0') AS id, pattern_variables, mapKeys(attributes) AS keys,
         mapValues(attributes) AS texts, weight, service_version FROM sonde.logs ORDER BY body`,
      z.object({
        id: z.string(),
        pattern_variables: z.array(z.string()),
        keys: z.array(z.string()),
        texts: z.array(z.string()),
        weight: z.number(),
        service_version: z.string(),
      }),
    );
    const none = { id: '0'.repeat(16), pattern_variables: [], keys: [], texts: [] };
    const plain = { weight: 1, service_version: '1.2' };
    const own = { id: ID, keys: ['a', 'b'], texts: ['1', '["x"]'], service_version: '1.2' };
    expect(found).toEqual([
      { ...none, ...plain },
      { ...none, ...plain },
      { ...own, weight: 1, pattern_variables: ['0 ms', 'é'] },
      { ...own, weight: 1, pattern_variables: ['1 ms', 'é'] },
      { ...own, weight: 10, pattern_variables: ['2 ms', 'é'] },
    ]);
  });

  it('are counted by minute and by day, once, with their weight', async () => {
    const counted = z.object({ id: z.string(), records: z.number(), bytes: z.number() });
    const select = `SELECT leftPad(lower(hex(pattern_id)), 16, '0') AS id, sum(records) AS records,
      sum(body_bytes) AS bytes`;
    const expected = [
      { id: '0'.repeat(16), records: 2, bytes: 4 },
      { id: ID, records: 12, bytes: 9 * 12 },
    ];
    for (const table of ['log_patterns_1m', 'log_patterns_1d']) {
      expect(await rows(`${select} FROM sonde.${table} GROUP BY id ORDER BY id`, counted)).toEqual(
        expected,
      );
    }
  });

  it('bring facts, of which those that are none are left out', async () => {
    const found = await rows(
      "SELECT leftPad(lower(hex(leaf_id)), 16, '0') AS id, leftPad(lower(hex(moved_to)), 16, '0') AS moved, service, fact FROM sonde.log_leaves FINAL ORDER BY moved_to",
      z.object({ id: z.string(), moved: z.string(), service: z.string(), fact: z.string() }),
    );
    expect(found.map(({ id, moved, service }) => [id, moved, service])).toEqual([
      [ID, '0'.repeat(16), 'shop'],
      [ID, ID, 'shop'],
    ]);
    expect(JSON.parse(found[0]?.fact ?? '')).toEqual(fact);
  });
});

describe('records without patterns', () => {
  it('are the same columns', () => {
    const bare = jsonToProtobuf(
      'logs',
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}]}]}]}',
    );
    const columns = telemetryOf('logs', [{ bytes: bare }]).columns();
    expect(columns).toBeInstanceOf(LogColumns);
    if (columns.signal === 'logs') expect(takePatterns(columns).columns).toBe(columns);
  });
});
