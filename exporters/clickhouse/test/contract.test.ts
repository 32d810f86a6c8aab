import { exporterContract } from '@sonde/pipeline/contract-suite';
import type { Signal } from '@sonde/proto';
import { afterAll, beforeAll } from 'vitest';
import { clickHouseExporterFactory } from '../src/index.ts';
import { RECEIVED_UNIX_MS, startEngine, type TestEngine, TOKEN, telemetryOf } from './engine.ts';
import { profilesRequest } from './profiles-request.ts';
import { gaugeRequest, logsRequest, nanos, spansRequest } from './requests.ts';
import { selectRows } from './stored-rows.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

const LOG = { timeUnixNano: nanos(RECEIVED_UNIX_MS), body: { stringValue: 'line' } };

function requestOf(signal: Signal): Uint8Array {
  if (signal === 'traces') return spansRequest({ count: 3 });
  if (signal === 'profiles') return profilesRequest();
  return signal === 'logs' ? logsRequest([LOG, LOG]) : gaugeRequest(2);
}

const TABLES: Readonly<Partial<Record<Signal, string>>> = {
  traces: 'spans',
  logs: 'logs',
  metrics: 'metric_samples',
  profiles: 'profile_samples',
};

exporterContract({
  factory: clickHouseExporterFactory,
  config: () => ({ endpoint: engine.url, password: TOKEN }),
  unreachableConfig: () => ({ endpoint: 'http://127.0.0.1:9', timeout: '2s' }),
  telemetry: (signal) => telemetryOf(signal, [{ bytes: requestOf(signal) }]),
  received: async (signal) => {
    const exists = await selectRows(
      engine,
      `SELECT name FROM system.tables WHERE database = 'sonde' AND name = '${TABLES[signal]}'`,
    );
    if (exists.length === 0) return 0;
    const [row] = await selectRows(engine, `SELECT count() AS rows FROM sonde.${TABLES[signal]}`);
    return Number(row?.['rows']);
  },
});
