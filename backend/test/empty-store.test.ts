import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogsSchema } from '../src/api/logs/schema.ts';
import { MetricsSchema } from '../src/api/metrics/schema.ts';
import { ServiceDetailSchema, ServicesSchema } from '../src/api/services/schema.ts';
import { SendersSchema, StatusSchema } from '../src/api/status/schema.ts';
import { TracesSchema } from '../src/api/traces/schema.ts';
import { runSonde, type Sonde } from './engine-fixture.ts';

let sonde: Sonde;

beforeAll(async () => {
  sonde = await runSonde({ migrated: true });
});
afterAll(() => sonde.close());

describe('an empty store', () => {
  it('has no services', async () => {
    expect(await sonde.get('/api/v1/services', ServicesSchema)).toMatchObject({ services: [] });
  });

  it('has an empty page for any service', async () => {
    const detail = await sonde.get('/api/v1/services/none?from=now-1h', ServiceDetailSchema);
    expect(detail.operations).toEqual([]);
    expect(detail.seen).toBe(false);
    expect(detail.heatmap.bucketsNs).toEqual([]);
    expect(detail.requestsByStep.every((requests) => requests === 0)).toBe(true);
    expect(detail.requestsByStep.length).toBe(detail.heatmap.counts.length);
    expect(detail.durationP50NsByStep.every((value) => value === null)).toBe(true);
  });

  it('has no traces, logs or metrics', async () => {
    expect((await sonde.get('/api/v1/traces?from=now-30d', TracesSchema)).traces).toEqual([]);
    const logs = await sonde.get('/api/v1/logs?from=now-30d', LogsSchema);
    expect(logs.records).toEqual([]);
    expect((await sonde.get('/api/v1/metrics', MetricsSchema)).metrics).toEqual([]);
  });

  it('does not know any trace or metric by name', async () => {
    for (const path of [`traces/${'ab'.repeat(16)}`, 'metrics/query?name=none']) {
      const response = await fetch(`${sonde.url}/api/v1/${path}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    }
  });

  it('has no senders', async () => {
    expect(await sonde.get('/api/v1/senders', SendersSchema)).toMatchObject({
      ...{ senders: [], senderTotal: 0 },
    });
  });

  it('is a healthy one that nobody sent anything to', async () => {
    const status = await sonde.get('/api/v1/status', StatusSchema);
    expect(status.parts.find(({ name }) => name === 'store')?.state).toBe('ok');
    expect(status.telemetryOfOthersSeen).toBe(false);
    expect(status.signals.map(({ signal }) => signal)).toEqual(['traces', 'metrics', 'logs']);
    for (const signal of status.signals) {
      expect(signal).toMatchObject({ rowsLastFiveMinutes: 0, storedRows: 0, lastReceivedMs: null });
    }
  });
});

describe('a store without a schema', () => {
  it('is answered 503 in words', async () => {
    const bare = await runSonde({ migrated: false });
    const response = await fetch(`${bare.url}/api/v1/services`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      error: { code: 'STORE_UNAVAILABLE', message: 'the store has no schema yet' },
    });
    await bare.close();
  });
});
