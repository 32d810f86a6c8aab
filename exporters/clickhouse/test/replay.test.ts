import type { BufferRange, ConsumingComponent } from '@sonde/pipeline';
import type { Signal } from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  RECEIVED_UNIX_MS,
  startEngine,
  startExporter,
  type TestEngine,
  telemetryOf,
} from './engine.ts';
import { gaugeRequest, logsRequest, nanos, spansRequest } from './requests.ts';
import { selectRows } from './stored-rows.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

/** A new exporter each time: what a process remembers dies with it. */
async function consumeAfresh(
  signal: Signal,
  work: (exporter: ConsumingComponent) => Promise<void>,
  limits: { readonly rows_max?: number } = {},
): Promise<void> {
  const exporter = await startExporter(engine, signal, limits);
  await work(exporter);
  await exporter.shutdown(new AbortController().signal);
}

async function one(query: string): Promise<readonly number[]> {
  const [row] = await selectRows(engine, query);
  return Object.values(row ?? {}).map(Number);
}

function rangeOf(topic: string, to: number): BufferRange {
  return { topic, partition: 3, from: 0, to };
}

describe('a range that is inserted twice', () => {
  it('is once in spans and once in every roll-up', async () => {
    const tenant = 'replay-small';
    const bytes = spansRequest({ count: 1000, traceOf: (i) => i % 50 });
    for (let i = 0; i < 3; i++) {
      await consumeAfresh('traces', (exporter) =>
        exporter.consume(telemetryOf('traces', [{ bytes, tenant }], rangeOf(tenant, 1))),
      );
    }
    const where = `WHERE tenant = '${tenant}'`;
    expect(await one(`SELECT count() FROM sonde.spans ${where}`)).toEqual([1000]);
    expect(await one(`SELECT sum(spans), sum(errors) FROM sonde.red_1m ${where}`)).toEqual([
      1000, 100,
    ]);
    const traces = `SELECT uniqExact(trace_id), sum(spans), sum(errors) FROM sonde.trace_index`;
    expect(await one(`${traces} ${where}`)).toEqual([50, 1000, 100]);
    const resources = `SELECT count() FROM sonde.resources FINAL ${where}`;
    expect(await one(resources)).toEqual([1]);
  });

  it('is once when it is as large as a block may be, of 50,000 traces', async () => {
    const tenant = 'replay-large';
    const bytes = spansRequest({
      count: 50_000,
      traceOf: (i) => i,
      nameOf: (i) => `operation ${i % 1000}`,
    });
    const requests = Array.from({ length: 4 }, () => ({ tenant, bytes }));
    for (let i = 0; i < 2; i++) {
      await consumeAfresh('traces', (exporter) =>
        exporter.consume(telemetryOf('traces', requests, rangeOf(tenant, 4))),
      );
    }
    const where = `WHERE tenant = '${tenant}'`;
    expect(await one(`SELECT count() FROM sonde.spans ${where}`)).toEqual([200_000]);
    const red = `SELECT sum(spans), uniqExact(name) FROM sonde.red_1m ${where}`;
    expect(await one(red)).toEqual([200_000, 1000]);
    const traces = `SELECT uniqExact(trace_id), sum(spans) FROM sonde.trace_index ${where}`;
    expect(await one(traces)).toEqual([50_000, 200_000]);
  }, 180_000);

  it('is once when it is cut into parts, in every one of them', async () => {
    const tenant = 'replay-parts';
    const bytes = spansRequest({ count: 1000, traceOf: (i) => i });
    for (let i = 0; i < 2; i++) {
      await consumeAfresh(
        'traces',
        (exporter) =>
          exporter.consume(telemetryOf('traces', [{ bytes, tenant }], rangeOf(tenant, 1))),
        { rows_max: 300 },
      );
    }
    const where = `WHERE tenant = '${tenant}'`;
    expect(await one(`SELECT count() FROM sonde.spans ${where}`)).toEqual([1000]);
    expect(await one(`SELECT sum(spans) FROM sonde.red_1m ${where}`)).toEqual([1000]);
    expect(await one(`SELECT sum(spans) FROM sonde.trace_index ${where}`)).toEqual([1000]);
  });

  it('is once in each share that a connector made of it', async () => {
    const tenant = 'replay-shares';
    const bytes = spansRequest({ count: 100, traceOf: (i) => i });
    const batch = telemetryOf('traces', [{ bytes, tenant }], rangeOf(tenant, 1));
    for (let i = 0; i < 2; i++) {
      for (const name of ['traces/a', 'traces/b']) {
        await consumeAfresh('traces', (exporter) => exporter.consume(batch.withShare(name)));
      }
    }
    const where = `WHERE tenant = '${tenant}'`;
    expect(await one(`SELECT count() FROM sonde.spans ${where}`)).toEqual([200]);
    expect(await one(`SELECT sum(spans) FROM sonde.red_1m ${where}`)).toEqual([200]);
  });

  it('is once in logs, samples and series', async () => {
    const tenant = 'replay-rest';
    const records = Array.from({ length: 100 }, (_, i) => ({
      timeUnixNano: nanos(RECEIVED_UNIX_MS),
      body: { stringValue: `line ${i}` },
    }));
    for (let i = 0; i < 2; i++) {
      await consumeAfresh('logs', (exporter) =>
        exporter.consume(
          telemetryOf('logs', [{ bytes: logsRequest(records), tenant }], rangeOf(tenant, 1)),
        ),
      );
      await consumeAfresh('metrics', (exporter) =>
        exporter.consume(
          telemetryOf('metrics', [{ bytes: gaugeRequest(100), tenant }], rangeOf(tenant, 1)),
        ),
      );
    }
    const where = `WHERE tenant = '${tenant}'`;
    expect(await one(`SELECT count() FROM sonde.logs ${where}`)).toEqual([100]);
    expect(await one(`SELECT count() FROM sonde.metric_samples ${where}`)).toEqual([100]);
    expect(await one(`SELECT count() FROM sonde.metric_series FINAL ${where}`)).toEqual([100]);
  });
});

describe('what a process has stored', () => {
  it('is not stored again by it, but its rows still find it', async () => {
    const tenant = 'recent';
    await consumeAfresh('metrics', async (exporter) => {
      for (let to = 1; to <= 3; to++) {
        const source = { ...rangeOf(tenant, to), from: to - 1 };
        await exporter.consume(
          telemetryOf('metrics', [{ bytes: gaugeRequest(10), tenant }], source),
        );
      }
    });
    const where = `WHERE tenant = '${tenant}'`;
    expect(await one(`SELECT count() FROM sonde.metric_samples ${where}`)).toEqual([30]);
    expect(await one(`SELECT count() FROM sonde.metric_series ${where}`)).toEqual([10]);
    expect(await one(`SELECT count() FROM sonde.resources ${where}`)).toEqual([1]);
  });
});

describe('data that no buffer holds', () => {
  it('is stored as often as it is sent', async () => {
    const tenant = 'no-buffer';
    const bytes = spansRequest({ count: 10 });
    await consumeAfresh('traces', async (exporter) => {
      await exporter.consume(telemetryOf('traces', [{ bytes, tenant }]));
      await exporter.consume(telemetryOf('traces', [{ bytes, tenant }]));
    });
    const where = `WHERE tenant = '${tenant}'`;
    expect(await one(`SELECT count() FROM sonde.spans ${where}`)).toEqual([20]);
    expect(await one(`SELECT sum(spans) FROM sonde.red_1m ${where}`)).toEqual([20]);
  });
});
