import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@sonde/pipeline/test/free-port';

const READY = 'Everything is ready';
const READY_TIMEOUT_MS = 60_000;

/** The Collector that `npm run setup:collector` built, if it did. */
export function findCollector(): string | undefined {
  const cache = join(homedir(), '.cache/sonde/otelcol');
  if (!existsSync(cache)) return undefined;
  return readdirSync(cache)
    .map((name) => join(cache, name, 'otelcol'))
    .find((path) => existsSync(path) && !path.includes('/build/'));
}

export interface RunningCollector {
  /** Resolves when the rows are in ClickHouse: nothing is queued in between. */
  send(signal: 'traces' | 'logs' | 'metrics', bytes: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

/** OTLP/HTTP in, upstream's ClickHouse exporter out. */
export async function startCollector(
  binary: string,
  exporter: Readonly<Record<string, unknown>>,
): Promise<RunningCollector> {
  const directory = await mkdtemp(join(tmpdir(), 'sonde-upstream-'));
  const port = await freePort();
  const pipeline = { receivers: ['otlp'], exporters: ['clickhouse'] };
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: {
      clickhouse: {
        ...exporter,
        async_insert: false,
        timeout: '30s',
        sending_queue: { enabled: false },
        retry_on_failure: { enabled: false },
      },
    },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: pipeline, logs: pipeline, metrics: pipeline },
    },
  };
  const file = join(directory, 'config.yaml');
  await writeFile(file, JSON.stringify(config));
  const child = spawn(binary, ['--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  await untilReady(child);
  return {
    send: async (signal, bytes) => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/${signal}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: bytes,
      });
      if (!response.ok) throw new Error(await response.text());
      await response.arrayBuffer();
    },
    stop: async () => {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      await gone;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function untilReady(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(output)), READY_TIMEOUT_MS);
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (!output.includes(READY)) return;
      clearTimeout(timer);
      resolve();
    });
    child.once('exit', (code) => reject(new Error(`the Collector ended with ${code}: ${output}`)));
  });
}
