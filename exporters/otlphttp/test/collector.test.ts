import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  contractHost,
  contractSettings,
  GatedConsumer,
  requestBytes,
  telemetryOf,
} from '@sonde/pipeline/contract-suite';
import { freePort } from '@sonde/pipeline/test/free-port';
import { protobufToJson } from '@sonde/proto';
import { OtlpReceiver, otlpConfig } from '@sonde/receiver-otlp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DIRECT, exporting } from './exporting.ts';

/**
 * The reference Collector as `npm run setup:collector` builds it; undefined where it has not run.
 */
function findCollector(): string | undefined {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sonde/otelcol');
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .map((build) => join(folder, build, 'otelcol'))
    .find((path) => existsSync(path) && !path.includes('/build/'));
}

const COLLECTOR = findCollector();

/** Runs it until the end of the test; resolves when it is ready. */
async function runCollector(binary: string, folder: string, yaml: string): Promise<ChildProcess> {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, yaml);
  const child = spawn(binary, ['--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Everything is ready')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${output}`)));
  });
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  await gone;
}

const COMPRESSIONS = ['gzip', 'zlib', 'deflate', 'zstd', 'snappy', 'x-snappy-framed', 'lz4'];

describe.skipIf(COLLECTOR === undefined)('the reference Collector', () => {
  it('takes what we send, keeps it in its file, and sends it back to us', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sonde-collector-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const consumer = new GatedConsumer();
    const receiver = new OtlpReceiver(
      otlpConfig.parse({ protocols: { grpc: { endpoint: '127.0.0.1:0' } } }),
      { traces: consumer },
      contractSettings('otlp'),
    );
    await receiver.start(contractHost());
    onTestFinished(() => receiver.shutdown(AbortSignal.abort()));
    const port = await freePort();
    const path = join(folder, 'traces.json');
    const collector = await runCollector(
      COLLECTOR ?? '',
      folder,
      `
receivers: {otlp: {protocols: {http: {endpoint: '127.0.0.1:${port}'}}}}
exporters:
  file: {path: ${path}}
  otlp_grpc: {endpoint: '${receiver.addresses.grpc}', tls: {insecure: true}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [otlp], exporters: [file, otlp_grpc]}}
`,
    );
    onTestFinished(() => stop(collector));
    const bytes = requestBytes('traces', 20);
    for (const encoding of ['proto', 'json']) {
      const endpoint = `http://127.0.0.1:${port}`;
      const { exporter } = await exporting({ endpoint, encoding, ...DIRECT });
      await exporter.consume(telemetryOf('traces', bytes));
      await consumer.entered();
    }
    await stop(collector);
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject(JSON.parse(protobufToJson('traces', bytes)));
    }
    expect(consumer.itemCount).toBe(40);
  });

  it('reads every compression of ours', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sonde-collector-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const port = await freePort();
    const path = join(folder, 'traces.json');
    const collector = await runCollector(
      COLLECTOR ?? '',
      folder,
      `
receivers: {otlp: {protocols: {http: {endpoint: '127.0.0.1:${port}'}}}}
exporters: {file: {path: ${path}}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [otlp], exporters: [file]}}
`,
    );
    onTestFinished(() => stop(collector));
    // Larger than a block of any of the formats, below the 20 MiB of its server.
    const bytes = requestBytes('traces', 20_000);
    for (const compression of COMPRESSIONS) {
      const endpoint = `http://127.0.0.1:${port}`;
      const { exporter } = await exporting({ endpoint, compression, ...DIRECT });
      await exporter.consume(telemetryOf('traces', bytes));
    }
    await stop(collector);
    const expected = JSON.parse(protobufToJson('traces', bytes));
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(COMPRESSIONS.length);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject(expected);
  }, 60_000);
});
