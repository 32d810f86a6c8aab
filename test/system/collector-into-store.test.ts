import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXPORT_PATHS } from '@sonde/proto';
import { ITEMS_PER_REQUEST, type LoadSignal, loadRequest } from '@sonde/proto/bench/load';
import { type SpawnedEngine, spawnEngine } from '@sonde/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OtlpServer, otlpReceiver } from '../bench/otlp-servers.ts';
import { collectorPath } from './peers.ts';

const TOKEN = 'internal-token-of-the-test';
const SIGNALS: readonly LoadSignal[] = ['traces', 'logs', 'metrics'];
const TABLES: Readonly<Record<string, number>> = {
  otel_traces: ITEMS_PER_REQUEST,
  otel_logs: ITEMS_PER_REQUEST,
  otel_metrics_gauge: ITEMS_PER_REQUEST / 2,
  otel_metrics_sum: ITEMS_PER_REQUEST / 4,
  otel_metrics_histogram: ITEMS_PER_REQUEST / 4,
};

const binary = collectorPath();

/** Go's client writes the Collector's own tables: hello, DESCRIBE, blocks of both directions. */
describe.skipIf(binary === undefined)('the Collector’s ClickHouse exporter into the door', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sonde-collector-store-'));
  let engine: SpawnedEngine;
  let collector: OtlpServer;

  beforeAll(async () => {
    engine = await spawnEngine({ directory, tokens: [{ role: 'internal', token: TOKEN }] });
    const pipeline = { receivers: ['otlp'], exporters: ['clickhouse'] };
    collector = await OtlpServer.start(
      (addresses) => ({
        receivers: otlpReceiver(addresses),
        exporters: {
          clickhouse: {
            endpoint: engine.url,
            username: 'internal',
            password: TOKEN,
            database: 'otel',
            sending_queue: { enabled: false },
          },
        },
        service: {
          telemetry: { metrics: { level: 'none' } },
          pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline },
        },
      }),
      (yaml) =>
        spawn(binary ?? '', ['--config', `yaml:${yaml}`], { stdio: ['ignore', 'ignore', 'pipe'] }),
    );
  }, 60_000);

  afterAll(async () => {
    await collector.stop();
    await engine.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('stores every item of every kind', async () => {
    for (const signal of SIGNALS) {
      const url = `http://${collector.addresses.http}${EXPORT_PATHS[signal].http}`;
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: Buffer.from(loadRequest(signal, 1)),
      });
      expect(answer.status).toBe(200);
    }
    for (const [table, rows] of Object.entries(TABLES)) {
      expect(await ask(`SELECT count() FROM otel.${table}`)).toBe(String(rows));
    }
    const services = await ask('SELECT uniq(ServiceName) FROM otel.otel_traces');
    expect(Number(services)).toBeGreaterThan(1);
  });

  async function ask(sql: string): Promise<string> {
    const headers = { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': TOKEN };
    const answer = await fetch(engine.url, { method: 'POST', headers, body: sql });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text.trim();
  }
});
