import { DEFAULT_SETTINGS, type RetentionRule, StaticSettingsSource } from '@sonde/pipeline';
import { jsonToProtobuf, type Signal } from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clickHouseConfig, clickHouseExporterFactory } from '../src/index.ts';
import {
  createSettings,
  HOST,
  RECEIVED_UNIX_MS,
  startEngine,
  type TestEngine,
  TOKEN,
  telemetryOf,
} from './engine.ts';
import { nanos } from './requests.ts';
import { selectRows } from './stored-rows.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

const ANY = {
  tenant: null,
  namespace: null,
  service: null,
  severityMin: null,
  severityMax: null,
};

const RULES: readonly RetentionRule[] = [
  { ...ANY, name: 'errors', signal: 'logs', severityMin: 17, days: 90 },
  { ...ANY, name: 'audit', signal: 'logs', service: 'audit', namespace: 'bank', days: 400 },
  { ...ANY, name: 'debug', signal: 'logs', severityMax: 8, days: 3 },
  { ...ANY, name: 'trial', signal: 'logs', tenant: 'trial', days: 1 },
  { ...ANY, name: 'audited spans', signal: 'traces', service: 'audit', days: 30 },
  { ...ANY, name: 'audited points', signal: 'metrics', service: 'audit', days: 60 },
];

function resource(service: string, namespace: string): object {
  return {
    attributes: [
      { key: 'service.name', value: { stringValue: service } },
      { key: 'service.namespace', value: { stringValue: namespace } },
    ],
  };
}

async function store(signal: Signal, body: object, tenant: string): Promise<void> {
  const settings = new StaticSettingsSource({
    ...DEFAULT_SETTINGS,
    version: 1,
    retention: { ...DEFAULT_SETTINGS.retention, rules: RULES },
  });
  const config = clickHouseConfig.parse({ endpoint: engine.url, password: TOKEN });
  const exporter = clickHouseExporterFactory.create(
    { ...createSettings(signal), settings },
    config,
  );
  await exporter.start(HOST);
  const bytes = jsonToProtobuf(signal, JSON.stringify(body));
  await exporter.consume(telemetryOf(signal, [{ bytes, tenant }]));
  await exporter.shutdown(new AbortController().signal);
}

async function daysBy(table: string, by: string, tenant: string): Promise<unknown> {
  const rows = await selectRows(
    engine,
    `SELECT ${by} AS what, retention_days AS days FROM sonde.${table}
     WHERE tenant = '${tenant}' ORDER BY what`,
  );
  return Object.fromEntries(rows.map(({ what, days }) => [String(what), Number(days)]));
}

const timeUnixNano = nanos(RECEIVED_UNIX_MS);
const SEVERITIES = [0, 5, 9, 17];

function logs(services: readonly (readonly [string, string])[]): object {
  return {
    resourceLogs: services.map(([service, namespace]) => ({
      resource: resource(service, namespace),
      scopeLogs: [
        {
          logRecords: SEVERITIES.map((severityNumber) => ({
            timeUnixNano,
            severityNumber,
            body: { stringValue: `${service}/${namespace}/${severityNumber}` },
          })),
        },
      ],
    })),
  };
}

describe('rules of retention', () => {
  it('give each log record the days of the first rule that matches it', async () => {
    const services = [
      ['audit', 'bank'],
      ['audit', 'other'],
      ['web', 'bank'],
    ] as const;
    await store('logs', logs(services), 'rules');
    expect(await daysBy('logs', 'body', 'rules')).toEqual({
      ...{ 'audit/bank/0': 400, 'audit/bank/5': 400, 'audit/bank/9': 400, 'audit/bank/17': 90 },
      ...{ 'audit/other/0': 14, 'audit/other/5': 3, 'audit/other/9': 14, 'audit/other/17': 90 },
      ...{ 'web/bank/0': 14, 'web/bank/5': 3, 'web/bank/9': 14, 'web/bank/17': 90 },
    });
    await store('logs', logs([['web', '']]), 'trial');
    expect(await daysBy('logs', 'body', 'trial')).toEqual({
      ...{ 'web//0': 1, 'web//5': 3, 'web//9': 1, 'web//17': 90 },
    });
  });

  it('keep resources as long as the longest rows that may name them', async () => {
    expect(await daysBy('resources', 'service', 'trial')).toEqual({ web: 400 });
  });

  it('hold for spans, and for the index of their traces', async () => {
    const span = (id: string) => ({
      traceId: id.repeat(32),
      spanId: id.repeat(16),
      name: 'x',
      startTimeUnixNano: timeUnixNano,
      endTimeUnixNano: timeUnixNano,
    });
    const one = (service: string, id: string) => ({
      resource: resource(service, ''),
      scopeSpans: [{ spans: [span(id)] }],
    });
    await store('traces', { resourceSpans: [one('audit', 'a'), one('web', 'b')] }, 'rules');
    expect(await daysBy('spans', 'service', 'rules')).toEqual({ audit: 30, web: 14 });
    const index = await daysBy('trace_index', 'lower(hex(trace_id))', 'rules');
    expect(index).toEqual({ ['a'.repeat(32)]: 30, ['b'.repeat(32)]: 14 });
  });

  it('hold for points and their exemplars; series stay as long as the longest', async () => {
    const point = {
      timeUnixNano,
      asInt: '1',
      exemplars: [{ timeUnixNano, asInt: '1' }],
    };
    const one = (service: string) => ({
      resource: resource(service, ''),
      scopeMetrics: [{ metrics: [{ name: service, gauge: { dataPoints: [point] } }] }],
    });
    await store('metrics', { resourceMetrics: [one('audit'), one('web')] }, 'rules');
    const days = { audit: 60, web: 14 };
    expect(await daysBy('metric_samples', 'metric', 'rules')).toEqual(days);
    expect(await daysBy('exemplars', 'metric', 'rules')).toEqual(days);
    expect(await daysBy('metric_series', 'metric', 'rules')).toEqual({ audit: 60, web: 60 });
  });
});
