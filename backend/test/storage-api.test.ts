import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SettingsDocumentSchema } from '../src/api/settings/schema.ts';
import { StatusSchema } from '../src/api/status/schema.ts';

import { StorageSchema } from '../src/api/storage/schema.ts';
import { RetentionJob } from '../src/retention/retention-job.ts';
import { SqliteStateStore } from '../src/state/index.ts';
import { NO_STORE, runBackend } from './backend-fixture.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';

let sonde: Sonde;

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
  await sonde.run(
    `INSERT INTO sonde.logs (tenant, timestamp, retention_days)
     SELECT 'default', now64(9) - toIntervalDay(number), 14 FROM numbers(20)`,
  );
}, 120_000);
afterAll(() => sonde.close());

function job(state: SqliteStateStore, holder: string): RetentionJob {
  const log = { warn: () => undefined, error: () => undefined };
  return new RetentionJob({ store: sonde.role, state, holder, log });
}

const days = async (): Promise<unknown> =>
  (await sonde.rows('SELECT uniqExact(toDate(timestamp)) AS days FROM sonde.logs'))[0]?.days;

describe('GET /storage', () => {
  it('says what is stored, how long it is kept and what goes first', async () => {
    const storage = await sonde.get('/api/v1/storage', StorageSchema);
    const logs = storage.signals.find(({ signal }) => signal === 'logs');
    expect(logs).toMatchObject({ rows: 20, days: 14, coldBytes: 0 });
    expect(storage).toMatchObject({ guard: 'calm', hasColdVolume: false });
    expect(storage.sacrificedFirst[0]).toBe('profiles');
    expect(storage.hotBytes).toBeGreaterThan(0);
  });

  it('says since when there are rows, whatever their partitions and catalogues cover', async () => {
    const hourMs = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const time = `toDateTime(${hourMs / 1000 - 600}, 'UTC')`;
    await sonde.run(
      `INSERT INTO sonde.metric_samples_5m (tenant, metric, time) VALUES ('default', 'm', ${time})`,
    );
    await sonde.run(
      `INSERT INTO sonde.metric_histograms (tenant, metric, timestamp, retention_days)
       VALUES ('default', 'm', ${time}, 14)`,
    );
    await sonde.run(
      `INSERT INTO sonde.metric_series (tenant, metric, bucket, retention_days)
       VALUES ('default', 'm', ${time} - toIntervalDay(30), 14)`,
    );
    const { signals } = await sonde.get('/api/v1/storage', StorageSchema);
    const oldest = Object.fromEntries(signals.map(({ signal, oldestMs }) => [signal, oldestMs]));
    const tenMinutesBeforeMs = hourMs - 600_000;
    expect(oldest).toMatchObject({
      metrics: tenMinutesBeforeMs,
      metricRollups: tenMinutesBeforeMs,
    });
    expect(oldest.profiles).toBeNull();
  });

  it('is 503 when the store is away', async () => {
    const alone = await runBackend({ store: { url: NO_STORE, role: 'internal' } });
    const response = await fetch(`${alone.url}/api/v1/storage`);
    expect(response.status).toBe(503);
    await alone.close();
  });
});

describe('the job of retention', () => {
  it('acts on one of several replicas, and by the newest settings', async () => {
    const state = new SqliteStateStore({ path: ':memory:' });
    const [leader, other] = [job(state, 'leader'), job(state, 'other')];
    await leader.turn();
    expect(Number(await days())).toBe(16);
    const { settings } = await state.settings.current();
    const retention = { ...settings.retention, logsDays: 3 };
    await state.settings.put({ ...settings, retention }, { actor: 'test', nowMs: Date.now() });
    await other.turn();
    expect(Number(await days())).toBe(16);
    await leader.turn();
    expect(Number(await days())).toBe(5);
    const { actions } = await leader.report(AbortSignal.timeout(10_000));
    expect(actions[0]).toMatchObject({ kind: 'expired', table: 'logs' });
    expect(leader.status().parts).toMatchObject([{ name: 'storage', state: 'ok' }]);
    await Promise.all([leader.stop(), other.stop()]);
    await state.close();
  });
});

describe('a part that is set aside', () => {
  it('is counted, told in the status with what it held, and gone from it when it is back', async () => {
    await sonde.run(
      `INSERT INTO sonde.metric_samples (tenant, metric, timestamp, retention_days)
       SELECT 'default', 'm', now64(9), intDiv(number, 1000) + 1 FROM numbers(2000)`,
    );
    const [part] = await sonde.rows(
      "SELECT name FROM system.parts WHERE active AND table = 'metric_samples' LIMIT 1",
    );
    await sonde.run(`ALTER TABLE sonde.metric_samples DETACH PART '${part?.name}'`);
    const { detached } = await sonde.get('/api/v1/storage', StorageSchema);
    expect(detached).toMatchObject([{ table: 'metric_samples', reason: '', parts: 1, rows: 1000 }]);
    const status = await sonde.get('/api/v1/status', StatusSchema);
    expect(status.detached).toEqual(detached);
    expect(status.parts).toContainEqual({
      name: 'stored parts',
      state: 'degraded',
      detail: expect.stringMatching(/^1 part is set aside, of metric_samples: 1000 rows are in/),
    });
    await sonde.run(`ALTER TABLE sonde.metric_samples ATTACH PART '${part?.name}'`);
    expect(await sonde.get('/api/v1/storage', StorageSchema)).toMatchObject({ detached: [] });
    const mended = await sonde.get('/api/v1/status', StatusSchema);
    expect(mended.parts.map(({ name }) => name)).not.toContain('stored parts');
  });
});

describe('PUT /settings', () => {
  it('takes days and a limit of bytes, and refuses less than people could see', async () => {
    const before = await sonde.get('/api/v1/settings', SettingsDocumentSchema);
    const put = (retention: object): Promise<Response> =>
      fetch(`${sonde.url}/api/v1/settings`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ ...before, retention: { ...before.retention, ...retention } }),
      });
    expect((await put({ sizeMaxBytes: 1000 })).status).toBe(400);
    expect((await put({ coldAfterDays: 3, sizeMaxBytes: 1e9, rollupsDays: 30 })).status).toBe(200);
    const storage = await sonde.get('/api/v1/storage', StorageSchema);
    expect(storage.sizeMaxBytes).toBe(1e9);
    expect(storage.signals.find(({ signal }) => signal === 'rollups')?.days).toBe(30);
  });
});
