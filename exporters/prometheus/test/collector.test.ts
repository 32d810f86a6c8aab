import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@sonde/pipeline/test/free-port';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exporting } from './exporting.ts';
import {
  counter,
  gauge,
  type Metric,
  metricsOf,
  pointOf,
  SUMMARY,
  UP_DOWN_COUNTER,
} from './metrics.ts';

/** A reference Collector that has the exporter; undefined where none was built. */
function findCollector(): string | undefined {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'sonde/otelcol');
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .map((build) => join(folder, build, 'otelcol'))
    .filter((path) => existsSync(path) && !path.includes('/build'))
    .find((path) => spawnSync(path, ['components']).stdout.includes('prometheusexporter'));
}

const COLLECTOR = findCollector();

/** Runs it until the end of the test; resolves when it is ready. */
async function runCollector(binary: string, config: object): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-collector-'));
  const file = join(folder, 'config.yaml');
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(binary, ['--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(async () => {
    await stop(child);
    rmSync(folder, { recursive: true });
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Everything is ready')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${output}`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  await gone;
}

const HISTOGRAM: Metric = {
  name: 'latency',
  unit: 'ms',
  description: 'How "long"\nit took.',
  histogram: {
    aggregationTemporality: 2,
    dataPoints: [
      {
        ...pointOf({ attributes: { path: 'a"b\\c\nd', 'http.route': '/' }, start: 5, time: 9 }),
        count: 6,
        sum: 10_500_000.5,
        explicitBounds: [0.5, 1, 5e6],
        bucketCounts: [1, 2, 0, 3],
        exemplars: [
          {
            timeUnixNano: '1500000000000000000',
            asDouble: 0.75,
            // One id alone: the Collector has no order of both.
            traceId: '0a'.repeat(16),
          },
        ],
      },
    ],
  },
};

const METRICS: readonly Metric[] = [
  HISTOGRAM,
  gauge('temp.erature', -3.25, { attributes: { '1st': 'x', _p: 'y' } }),
  { ...gauge('share', 0.5), unit: '1' },
  { ...gauge('4xx', 1e21), unit: '{req}' },
  { ...counter('net.io', 1_234_567, { start: 3, time: 4 }), unit: 'By/s' },
  counter('requests.total', 3),
  SUMMARY,
  UP_DOWN_COUNTER,
  {
    name: 'wait',
    unit: 's',
    exponentialHistogram: {
      aggregationTemporality: 2,
      dataPoints: [
        {
          ...pointOf({}),
          count: 4,
          sum: 8,
          scale: 2,
          zeroCount: 0,
          positive: { offset: 1, bucketCounts: [1, 3] },
        },
      ],
    },
  },
];

const RESOURCE = {
  'service.name': 'cart',
  'service.namespace': 'shop',
  'service.instance.id': 'i1',
  'host.name': 'h',
  'k8s.pod.name': 'p',
};

const CONFIGS: readonly object[] = [
  {},
  { enable_open_metrics: true, namespace: 'my_shop', const_labels: { zone: 'a' } },
  { without_scope_info: true, send_timestamps: true },
  { resource_to_telemetry_conversion: { enabled: true, exclude_service_attributes: true } },
  { resource_constant_labels: { included: ['k8s.*', 'host*'], excluded: ['*.name'] } },
  { translation_strategy: 'NoUTF8EscapingWithSuffixes', without_scope_info: true },
  { translation_strategy: 'NoTranslation', enable_open_metrics: true },
];

const ACCEPTS: readonly string[] = [
  '*/*',
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4',
];

describe.skipIf(COLLECTOR === undefined)('the reference Collector', () => {
  it.each(CONFIGS)('shows the same page: %j', async (config) => {
    const [intake, port] = [await freePort(), await freePort()];
    await runCollector(COLLECTOR ?? '', {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${intake}` } } } },
      exporters: { prometheus: { endpoint: `127.0.0.1:${port}`, ...config } },
      service: {
        telemetry: { metrics: { level: 'none' } },
        pipelines: { metrics: { receivers: ['otlp'], exporters: ['prometheus'] } },
      },
    });
    const telemetry = metricsOf(METRICS, RESOURCE, { name: 'lib', version: '1' });
    for (const { bytes } of telemetry.requests) {
      const response = await fetch(`http://127.0.0.1:${intake}/v1/metrics`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: bytes.slice(),
      });
      expect(response.status).toBe(200);
    }
    const { exporter, page } = await exporting(config);
    await exporter.consume(telemetry);
    for (const accept of ACCEPTS) {
      const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept } });
      const theirs = await response.text();
      const ours = await page({ accept });
      expect(ours.headers.get('content-type')).toBe(response.headers.get('content-type'));
      expect(ours.text).toBe(theirs);
    }
  });
});
