import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaExporterFactory } from '@sonde/exporter-kafka';
import { type Consumer, StaticSettingsSource, Telemetry } from '@sonde/pipeline';
import { contractHost, contractSignalSettings } from '@sonde/pipeline/contract-suite';
import {
  decodeRequests,
  type EncodedRequest,
  encodeRequest,
  protobufToJson,
  type Signal,
} from '@sonde/proto';
import { kafkaReceiverFactory } from '@sonde/receiver-kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { collectorPath } from './peers.ts';
import { freePort } from './role.ts';

const MISSING = kafkaMissing() ?? (collectorPath() === undefined ? 'no Collector' : undefined);
const ITEMS = 25;
const SIGNALS = ['traces', 'metrics', 'logs'] as const;

const directory = mkdtempSync(join(tmpdir(), 'sonde-kafka-collector-'));
let broker: ScratchBroker;
let collector: ChildProcess;
let collectorOutput = '';
let otlpUrl = '';

const configuration = (port: number, brokers: readonly string[]): string => `
receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:${port}
  kafka:
    brokers: [${brokers.join(', ')}]
    group_id: collector
    initial_offset: earliest
    traces: { topics: [from_sonde_traces] }
    metrics: { topics: [from_sonde_metrics] }
    logs: { topics: [from_sonde_logs] }
exporters:
  kafka:
    brokers: [${brokers.join(', ')}]
    traces: { topic: from_collector_traces }
    metrics: { topic: from_collector_metrics }
    logs: { topic: from_collector_logs }
  file/traces: { path: ${directory}/traces.json, flush_interval: 100ms }
  file/metrics: { path: ${directory}/metrics.json, flush_interval: 100ms }
  file/logs: { path: ${directory}/logs.json, flush_interval: 100ms }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
${SIGNALS.map(
  (signal) => `
    ${signal}/out: { receivers: [otlp], exporters: [kafka] }
    ${signal}/in: { receivers: [kafka], exporters: [file/${signal}] }`,
).join('')}
`;

function bytesOf(signal: Signal): Uint8Array {
  const names = Array.from({ length: ITEMS }, (_, index) => `item ${index}`);
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'peer' } }] };
  const nanos = '1750000000000000000';
  switch (signal) {
    case 'traces': {
      const spans = names.map((name, index) => ({
        traceId: '0123456789abcdef0123456789abcdef',
        spanId: index.toString(16).padStart(16, '1'),
        name,
        startTimeUnixNano: nanos,
        endTimeUnixNano: nanos,
      }));
      return encodeRequest('traces', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
    }
    case 'metrics': {
      const metrics = names.map((name) => ({
        name,
        gauge: { dataPoints: [{ timeUnixNano: nanos, asDouble: 1.5 }] },
      }));
      return encodeRequest('metrics', {
        resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }],
      });
    }
    default: {
      const logRecords = names.map((name) => ({
        timeUnixNano: nanos,
        body: { stringValue: name },
      }));
      return encodeRequest('logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
    }
  }
}

function requestOf(signal: Signal): EncodedRequest {
  const bytes = bytesOf(signal);
  return { signal, bytes, itemCount: ITEMS, tenant: 'default', receivedUnixMs: Date.now() };
}

/** Names of items in a text of JSON, each as often as it is there. */
function itemNames(json: string): readonly string[] {
  return [...json.matchAll(/"(item \d+)"/g)].map(([, name = '']) => name).sort();
}

const ALL_NAMES = Array.from({ length: ITEMS }, (_, index) => `item ${index}`).sort();

describe.skipIf(MISSING !== undefined)(`a Collector on the other side ${MISSING ?? ''}`, () => {
  beforeAll(async () => {
    broker = await startScratchBroker();
    const port = await freePort();
    otlpUrl = `http://127.0.0.1:${port}/v1`;
    const file = join(directory, 'config.yaml');
    writeFileSync(file, configuration(port, broker.brokers));
    for (const signal of SIGNALS) await exportRequest(signal);
    collector = spawn(collectorPath() ?? '', ['--config', file], { stdio: 'pipe' });
    await new Promise<void>((resolve, reject) => {
      collector.once('exit', (code) => reject(new Error(`ended ${code}:\n${collectorOutput}`)));
      collector.stderr?.on('data', (chunk: Buffer) => {
        collectorOutput += chunk.toString('utf8');
        if (collectorOutput.includes('Everything is ready')) resolve();
      });
    });
  });

  afterAll(async () => {
    const gone = once(collector, 'exit');
    collector.kill('SIGTERM');
    await gone;
    await broker.end();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(SIGNALS)('reads the %s that Sonde writes', async (signal) => {
    const path = join(directory, `${signal}.json`);
    const names = (): readonly string[] =>
      existsSync(path) ? itemNames(readFileSync(path, 'utf8')) : [];
    await expect.poll(names, { timeout: 40_000 }).toEqual(ALL_NAMES);
  });

  it.each(SIGNALS)('writes %s that Sonde reads', async (signal) => {
    const response = await fetch(`${otlpUrl}/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: Buffer.from(requestOf(signal).bytes),
    });
    expect(response.status).toBe(200);
    const telemetry = await receiveOne(signal);
    expect(telemetry.itemCount).toBe(ITEMS);
    const [request] = telemetry.requests;
    const json = protobufToJson(signal, request?.bytes ?? new Uint8Array(0));
    expect(itemNames(json)).toEqual(ALL_NAMES);
    expect(request?.tenant).toBe('default');
    expect(telemetry.columns().count).toBe(ITEMS);
  });
});

/** Sends one request through Sonde's exporter to the topic that the Collector reads. */
async function exportRequest(signal: Signal): Promise<void> {
  const config = kafkaExporterFactory.config.parse({
    brokers: broker.brokers,
    [signal]: { topic: `from_sonde_${signal}` },
    sending_queue: { enabled: false },
  });
  const exporter = kafkaExporterFactory.create(contractSignalSettings('kafka', signal), config);
  await exporter.start(contractHost());
  const requests = [requestOf(signal)];
  await exporter.consume(
    new Telemetry({ signal, requests, decode: (some) => decodeRequests(signal, some) }),
  );
  await exporter.shutdown(new AbortController().signal);
}

/** The first batch that Sonde's receiver reads of what the Collector wrote. */
async function receiveOne(signal: Signal): Promise<Telemetry> {
  const settings = contractSignalSettings('kafka', signal);
  const config = kafkaReceiverFactory.config.parse({
    brokers: broker.brokers,
    group_id: `sonde-${signal}`,
    initial_offset: 'earliest',
    [signal]: { topic: `from_collector_${signal}` },
    batch: { timeout: '10ms' },
  });
  let take: (telemetry: Telemetry) => void = () => {};
  const taken = new Promise<Telemetry>((resolve) => {
    take = resolve;
  });
  const next: Consumer = { consume: async (telemetry) => take(telemetry) };
  const create = { ...settings, settings: new StaticSettingsSource() };
  const receiver = kafkaReceiverFactory.create(create, config, { [signal]: next });
  await receiver.start(contractHost());
  const telemetry = await taken;
  await receiver.shutdown(new AbortController().signal);
  return telemetry;
}
