import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { freePort } from '@sonde/pipeline/test/free-port';
import { describe, expect, it, onTestFinished } from 'vitest';
import { collectorPath } from '../../../scripts/lib/collector.mjs';
import { send, start } from './harness.ts';
import { traces } from './otlp-bytes.ts';

const ROOT = new URL('../../..', import.meta.url).pathname;
const binary = collectorPath(ROOT);
const isThere = existsSync(binary);

const BY_GRPC = ['none', 'gzip', 'zstd', 'snappy'];
const BY_HTTP = ['none', 'gzip', 'zstd', 'zlib', 'deflate', 'snappy', 'x-snappy-framed', 'lz4'];

/** One exporter for each compression that the Collector knows, all to the same receiver. */
function configuration(port: number, grpc: string, http: string): string {
  const exporters: Record<string, unknown> = {};
  for (const compression of BY_GRPC) {
    exporters[`otlp_grpc/${compression}`] = {
      endpoint: grpc,
      compression,
      tls: { insecure: true },
    };
  }
  for (const compression of BY_HTTP) {
    exporters[`otlp_http/${compression}`] = { endpoint: `http://${http}`, compression };
  }
  return JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters,
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: Object.keys(exporters) } },
    },
  });
}

/** Resolves, when it is ready, to what waits for a line of its log. */
async function startCollector(configured: string): Promise<(words: string) => Promise<string>> {
  const child: ChildProcess = spawn(binary, ['--config', `yaml:${configured}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Everything is ready')) resolve();
    });
  });
  return (words) =>
    new Promise((resolve) => {
      const look = (): void => {
        const line = output.split('\n').find((text) => text.includes(words));
        if (line !== undefined) resolve(line);
      };
      child.stderr?.on('data', look);
      look();
    });
}

const title = isThere ? 'the Go Collector' : 'the Go Collector (not built here)';

describe.skipIf(!isThere)(title, () => {
  it('sends with each of its compressions over both protocols', async () => {
    const { grpc, http, pipeline } = await start();
    const port = await freePort();
    await startCollector(configuration(port, grpc, http));
    const count = BY_GRPC.length + BY_HTTP.length;
    expect((await send(`127.0.0.1:${port}`, { body: traces(500) })).status).toBe(200);
    await pipeline.came(count);
    const taken = pipeline.taken.map(({ transport, itemCount }) => `${transport} ${itemCount}`);
    expect(taken.filter((what) => what === 'grpc 500')).toHaveLength(BY_GRPC.length);
    expect(taken.filter((what) => what === 'http 500')).toHaveLength(BY_HTTP.length);
    const first = Buffer.from(pipeline.taken[0]?.requests[0]?.bytes ?? []);
    for (const { requests } of pipeline.taken) {
      expect(first.equals(requests[0]?.bytes ?? Buffer.of())).toBe(true);
    }
  });

  it('reads why a message is refused before it has sent all of it', async () => {
    const { grpc, http, pipeline } = await start({ grpc: { max_recv_msg_size_mib: 1 } });
    const port = await freePort();
    const line = await startCollector(configuration(port, grpc, http));
    const large = traces(60_000, 'a name of some length'.repeat(3));
    await send(`127.0.0.1:${port}`, { body: large });
    const refused = await line('code = ResourceExhausted');
    expect(refused).toMatch(/grpc: received message (after decompression )?larger than max/);
    // HTTP has room for it, and the same connections serve what is small.
    await send(`127.0.0.1:${port}`, { body: traces(2) });
    await pipeline.came(2 * BY_HTTP.length + BY_GRPC.length);
    const byGrpc = pipeline.taken.filter(({ transport }) => transport === 'grpc');
    expect(byGrpc.map(({ itemCount }) => itemCount)).toEqual(Array(BY_GRPC.length).fill(2));
  });
});
