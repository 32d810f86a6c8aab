import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BufferRange, ConsumingComponent } from '@sonde/pipeline';
import { encodeRequest, type Signal } from '@sonde/proto';
import { type SpawnedEngine, spawnEngine } from '@sonde/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clickHouseConfig, clickHouseExporterFactory } from '../src/index.ts';
import {
  createSettings,
  HOST,
  RECEIVED_UNIX_MS,
  type TestRequest,
  TOKEN,
  telemetryOf,
} from './engine.ts';
import { gaugeRequest, logsRequest, nanos, spansRequest } from './requests.ts';

const SHARDS = 3;
const tokens = [{ role: 'internal' as const, token: TOKEN }];

let folder: string;
let engines: SpawnedEngine[];

const open = (name: string, port = 0): Promise<SpawnedEngine> =>
  spawnEngine({ directory: join(folder, name), tokens, port });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonde-shards-'));
  engines = await Promise.all(Array.from({ length: SHARDS }, (_, i) => open(`shard-${i}`)));
}, 120_000);

afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.stop()));
  await rm(folder, { recursive: true, force: true });
});

/** Nobody listens there. */
const AWAY = 'http://127.0.0.1:9';

async function exporterOf(signal: Signal): Promise<ConsumingComponent> {
  const shards = engines.map(({ url }, i) => ({ endpoints: i === 0 ? [AWAY, url] : [url] }));
  const config = clickHouseConfig.parse({ shards, password: TOKEN, timeout: '20s' });
  const exporter = clickHouseExporterFactory.create(createSettings(signal), config);
  await exporter.start(HOST);
  return exporter;
}

async function consume(
  signal: Signal,
  request: TestRequest,
  range?: BufferRange,
): Promise<unknown> {
  const exporter = await exporterOf(signal);
  try {
    return await exporter.consume(telemetryOf(signal, [request], range)).catch((error) => error);
  } finally {
    await exporter.shutdown(new AbortController().signal);
  }
}

/** The first cell of each shard's answer. */
function ofShards(sql: string): Promise<readonly string[]> {
  const headers = { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': TOKEN };
  return Promise.all(
    engines.map(async ({ url }) => {
      const answer = await fetch(url, { method: 'POST', headers, body: sql });
      return (await answer.text()).trim();
    }),
  );
}

const sum = (texts: readonly string[]): number =>
  texts.reduce((total, text) => total + Number(text), 0);

const range = (topic: string): BufferRange => ({ topic, partition: 0, from: 0, to: 1 });

describe('rows of a store with shards', () => {
  it('are with their trace, spans and log records alike, and about as many on each', async () => {
    const tenant = 'traces';
    const bytes = spansRequest({ count: 3000, traceOf: (i) => i % 500 });
    await consume('traces', { bytes, tenant });
    const counts = await ofShards(`SELECT count() FROM sonde.spans WHERE tenant = '${tenant}'`);
    expect(sum(counts)).toBe(3000);
    for (const count of counts) expect(Number(count)).toBeGreaterThan(700);
    const traces = await ofShards(
      `SELECT uniqExact(trace_id) FROM sonde.trace_index WHERE tenant = '${tenant}'`,
    );
    expect(sum(traces)).toBe(500);
    // What rows are joined with is on their own shard.
    const orphans = await ofShards(`SELECT count() FROM sonde.spans WHERE tenant = '${tenant}' AND
      resource_fingerprint NOT IN (SELECT fingerprint FROM sonde.resources)`);
    expect(sum(orphans)).toBe(0);
    const [ids = ''] = await ofShards(
      `SELECT lower(hex(trace_id)) FROM sonde.spans WHERE tenant = '${tenant}' LIMIT 1`,
    );
    const records = Array.from({ length: 50 }, () => ({
      timeUnixNano: nanos(RECEIVED_UNIX_MS),
      traceId: ids,
    }));
    await consume('logs', { bytes: logsRequest(records), tenant });
    const logs = await ofShards(`SELECT count() FROM sonde.logs WHERE tenant = '${tenant}'`);
    expect(logs).toEqual(['50', '0', '0']);
  }, 60_000);

  it('are by resource and minute where no trace is named', async () => {
    const tenant = 'plain';
    const records = Array.from({ length: 600 }, (_, i) => ({
      timeUnixNano: nanos(RECEIVED_UNIX_MS - i * 10_000),
    }));
    await consume('logs', { bytes: logsRequest(records), tenant });
    const counts = await ofShards(`SELECT count() FROM sonde.logs WHERE tenant = '${tenant}'`);
    expect(sum(counts)).toBe(600);
    for (const count of counts) expect(Number(count)).toBeGreaterThan(60);
  });

  it('are with their series, and the series with them', async () => {
    const tenant = 'series';
    for (let scrape = 0; scrape < 3; scrape++) {
      await consume('metrics', { bytes: gaugeRequest(300), tenant });
    }
    const where = `WHERE tenant = '${tenant}'`;
    const points = await ofShards(`SELECT count() FROM sonde.metric_samples ${where}`);
    expect(sum(points)).toBe(900);
    for (const count of points) expect(Number(count)).toBeGreaterThan(150);
    const series = await ofShards(`SELECT uniqExact(series) FROM sonde.metric_samples ${where}`);
    expect(sum(series)).toBe(300);
    const named = await ofShards(`SELECT uniqExact(series) FROM sonde.metric_series ${where}`);
    expect(named).toEqual(series);
  });

  it('of profiles stay together', async () => {
    const request = encodeRequest('profiles', { resourceProfiles: [] });
    expect(await consume('profiles', { bytes: request, tenant: 'p' })).toBeUndefined();
  });
});

describe('a range that is inserted again', () => {
  it('is once on every shard, when one of them was away at the first try', async () => {
    const tenant = 'again';
    const bytes = spansRequest({ count: 900, traceOf: (i) => i });
    const last = engines[SHARDS - 1];
    if (last === undefined) throw new Error('no engine');
    await last.kill();
    const failure = await consume('traces', { bytes, tenant }, range(tenant));
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    engines[SHARDS - 1] = await open(`shard-${SHARDS - 1}`, last.port);
    for (let again = 0; again < 2; again++) {
      expect(await consume('traces', { bytes, tenant }, range(tenant))).toBeUndefined();
    }
    const where = `WHERE tenant = '${tenant}'`;
    expect(sum(await ofShards(`SELECT count() FROM sonde.spans ${where}`))).toBe(900);
    expect(sum(await ofShards(`SELECT sum(spans) FROM sonde.red_1m ${where}`))).toBe(900);
    expect(sum(await ofShards(`SELECT sum(spans) FROM sonde.trace_index ${where}`))).toBe(900);
  }, 60_000);
});
