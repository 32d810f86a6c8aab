import { DEFAULT_SETTINGS, StaticSettingsSource } from '@sonde/pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clickHouseConfig, clickHouseExporterFactory } from '../src/index.ts';
import {
  createSettings,
  HOST,
  RECEIVED_UNIX_MS,
  startEngine,
  startExporter,
  type TestEngine,
  TOKEN,
  telemetryOf,
} from './engine.ts';
import { spansRequest } from './requests.ts';
import { selectRows } from './stored-rows.ts';

const DAY_MS = 86_400_000;

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

describe('blocks of any size', () => {
  it.each([1, 255, 300, 70_000])(
    'hold %i distinct names and keys',
    async (count) => {
      const tenant = `names-${count}`;
      const bytes = spansRequest({ count, nameOf: (i) => `name ${i}`, keyOf: (i) => `key ${i}` });
      const exporter = await startExporter(engine, 'traces');
      await exporter.consume(telemetryOf('traces', [{ bytes, tenant }]));
      await exporter.shutdown(new AbortController().signal);
      const [row] = await selectRows(
        engine,
        `SELECT count() AS rows, uniqExact(name) AS names,
           countIf(name != concat('name ', toString(n)) OR mapKeys(attributes) != [concat('key ', toString(n))]
             OR mapValues(attributes) != [concat('/route/', toString(n % 7))]) AS wrong
         FROM (SELECT name, attributes, reinterpretAsUInt64(reverse(span_id)) - 1 AS n
           FROM sonde.spans WHERE tenant = '${tenant}')`,
      );
      expect(row).toEqual({ rows: BigInt(count), names: BigInt(count), wrong: 0n });
    },
    120_000,
  );

  it('are none for a batch without rows', async () => {
    const before = await parts();
    const exporter = await startExporter(engine, 'traces');
    await exporter.consume(telemetryOf('traces', [{ bytes: new Uint8Array(0) }]));
    await exporter.consume(telemetryOf('traces', []));
    await exporter.shutdown(new AbortController().signal);
    expect(await parts()).toEqual(before);
  });

  it('meet a few days each when a batch spans more than the store takes in one insert', async () => {
    const settings = new StaticSettingsSource({
      ...DEFAULT_SETTINGS,
      version: 1,
      retention: { ...DEFAULT_SETTINGS.retention, tracesDays: 60 },
    });
    const config = clickHouseConfig.parse({ endpoint: engine.url, password: TOKEN });
    const exporter = clickHouseExporterFactory.create(
      { ...createSettings('traces'), settings },
      config,
    );
    await exporter.start(HOST);
    const bytes = spansRequest({
      count: 50,
      startUnixMs: (i) => RECEIVED_UNIX_MS - ((i * 7) % 50) * DAY_MS,
    });
    await exporter.consume(telemetryOf('traces', [{ bytes, tenant: 'days' }]));
    await exporter.shutdown(new AbortController().signal);
    const [row] = await selectRows(
      engine,
      `SELECT count() AS rows, uniqExact(toDate(timestamp)) AS days FROM sonde.spans
       WHERE tenant = 'days'`,
    );
    expect(row).toEqual({ rows: 50n, days: 50n });
  });

  it('are cut by bytes, and lose no row', async () => {
    const tenant = 'bytes';
    const bytes = spansRequest({ count: 1000 });
    const exporter = await startExporter(engine, 'traces', { bytes_max: '64KiB' });
    await exporter.consume(telemetryOf('traces', [{ bytes, tenant }]));
    await exporter.shutdown(new AbortController().signal);
    const [row] = await selectRows(
      engine,
      `SELECT count() AS rows, uniqExact(span_id) AS spans FROM sonde.spans
       WHERE tenant = '${tenant}'`,
    );
    expect(row).toEqual({ rows: 1000n, spans: 1000n });
  });
});

async function parts(): Promise<unknown> {
  return selectRows(
    engine,
    `SELECT table, count() AS parts FROM system.parts WHERE database = 'sonde' AND active
     AND table != 'schema_migrations' AND rows > 0 GROUP BY table ORDER BY table`,
  );
}
