import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaExporterFactory } from '@sonde/exporter-kafka';
import { type Consumer, StaticSettingsSource, Telemetry } from '@sonde/pipeline';
import { contractHost, contractSignalSettings } from '@sonde/pipeline/contract-suite';
import { freePort } from '@sonde/pipeline/test/free-port';
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

const MISSING = kafkaMissing() ?? (collectorPath() === undefined ? 'no Collector' : undefined);
const ITEMS = 25;
const SIGNALS = ['traces', 'metrics', 'logs'] as const;

const directory = mkdtempSync(join(tmpdir(), 'sonde-kafka-collector-'));
let broker: ScratchBroker;
let collector: ChildProcess;
let collectorOutput = '';
let otlpUrl = '';

/** Messages as both sides have them by default, and as JSON, packed. */
const FORMATS = [
  { name: 'proto', encoding: 'otlp_proto', ours: 'none', theirs: 'none' },
  { name: 'json', encoding: 'otlp_json', ours: 'zstd', theirs: 'snappy' },
  { name: 'lz4', encoding: 'otlp_proto', ours: 'lz4', theirs: 'lz4' },
  { name: 'gzip', encoding: 'otlp_proto', ours: 'gzip', theirs: 'gzip' },
  { name: 'mixed', encoding: 'otlp_proto', ours: 'snappy', theirs: 'zstd' },
] as const;
type Format = (typeof FORMATS)[number];

const CASES = SIGNALS.flatMap((signal) =>
  FORMATS.map((format) => ({ signal, format, title: `${signal} (${format.name})` })),
);

/** JSON is YAML. */
function configuration(port: number, brokers: readonly string[]): string {
  const topics = (from: string, { name, encoding }: Format): object =>
    Object.fromEntries(
      SIGNALS.map((signal) => [signal, { topics: [`${from}_${signal}_${name}`], encoding }]),
    );
  const topic = ({ name, encoding }: Format): object =>
    Object.fromEntries(
      SIGNALS.map((signal) => [signal, { topic: `from_collector_${signal}_${name}`, encoding }]),
    );
  const read = FORMATS.map((format) => [
    `kafka/${format.name}`,
    {
      brokers,
      group_id: `collector-${format.name}`,
      initial_offset: 'earliest',
      ...topics('from_sonde', format),
    },
  ]);
  const write = FORMATS.map((format) => [
    `kafka/${format.name}`,
    // What it sends again after its default of 5s may be there twice.
    {
      brokers,
      ...topic(format),
      timeout: '60s',
      producer: { compression: format.theirs },
    },
  ]);
  const files = CASES.map(({ signal, format }) => [
    `file/${signal}_${format.name}`,
    { path: fileOf(signal, format), flush_interval: '100ms' },
  ]);
  const pipelines = CASES.map(({ signal, format: { name } }) => [
    `${signal}/in_${name}`,
    { receivers: [`kafka/${name}`], exporters: [`file/${signal}_${name}`] },
  ]);
  const exporters = FORMATS.map(({ name }) => `kafka/${name}`);
  const out = SIGNALS.map((signal) => [`${signal}/out`, { receivers: ['otlp'], exporters }]);
  return JSON.stringify({
    receivers: {
      otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } },
      ...Object.fromEntries(read),
    },
    exporters: Object.fromEntries([...write, ...files]),
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: Object.fromEntries([...pipelines, ...out]),
    },
  });
}

function fileOf(signal: Signal, { name }: Format): string {
  return join(directory, `${signal}-${name}.json`);
}

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
    await Promise.all(CASES.map(({ signal, format }) => exportRequest(signal, format)));
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

  it.each(CASES)('reads the $title that Sonde writes', async ({ signal, format }) => {
    const path = fileOf(signal, format);
    const names = (): readonly string[] =>
      existsSync(path) ? itemNames(readFileSync(path, 'utf8')) : [];
    await expect.poll(names, { timeout: 40_000 }).toEqual(ALL_NAMES);
  });

  describe('writes what Sonde reads', () => {
    beforeAll(async () => {
      for (const signal of SIGNALS) {
        const response = await fetch(`${otlpUrl}/${signal}`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-protobuf' },
          body: Buffer.from(requestOf(signal).bytes),
        });
        expect(response.status).toBe(200);
      }
    });

    it.each(CASES)('$title', async ({ signal, format }) => {
      const telemetry = await receiveOne(signal, format);
      expect(telemetry.itemCount).toBe(ITEMS);
      const [request] = telemetry.requests;
      const json = protobufToJson(signal, request?.bytes ?? new Uint8Array(0));
      expect(itemNames(json)).toEqual(ALL_NAMES);
      expect(request?.tenant).toBe('default');
      expect(telemetry.columns().count).toBe(ITEMS);
    });
  });
});

/** Sends one request through Sonde's exporter to the topic that the Collector reads. */
async function exportRequest(signal: Signal, format: Format): Promise<void> {
  const config = kafkaExporterFactory.config.parse({
    brokers: broker.brokers,
    [signal]: { topic: `from_sonde_${signal}_${format.name}`, encoding: format.encoding },
    producer: { compression: format.ours },
    timeout: '60s',
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
async function receiveOne(signal: Signal, format: Format): Promise<Telemetry> {
  const settings = contractSignalSettings('kafka', signal);
  const config = kafkaReceiverFactory.config.parse({
    brokers: broker.brokers,
    group_id: `sonde-${signal}-${format.name}`,
    initial_offset: 'earliest',
    [signal]: { topic: `from_collector_${signal}_${format.name}`, encoding: format.encoding },
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
