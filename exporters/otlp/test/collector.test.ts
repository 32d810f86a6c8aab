import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
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
import { collectorPath } from '../../../scripts/lib/collector.mjs';
import { DIRECT, exporting } from './exporting.ts';

const COMPRESSIONS = ['gzip', 'snappy', 'zstd', 'none'];

const binary = collectorPath(new URL('../../..', import.meta.url).pathname);
const isThere = existsSync(binary);

/** Takes OTLP by gRPC at `port` and sends it on to `target`; ends with the test. */
async function runCollector(port: number, target: string): Promise<void> {
  const grpc = { endpoint: `127.0.0.1:${port}`, max_recv_msg_size_mib: 64 };
  const configured = {
    receivers: { otlp: { protocols: { grpc } } },
    exporters: { otlp_grpc: { endpoint: target, tls: { insecure: true } } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['otlp_grpc'] } },
    },
  };
  const child = spawn(binary, ['--config', `yaml:${JSON.stringify(configured)}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Everything is ready')) resolve();
    });
  });
}

describe.skipIf(!isThere)(
  isThere ? 'the Go Collector' : 'the Go Collector (not built here)',
  () => {
    it('reads every compression of ours, and we read its answers', async () => {
      const consumer = new GatedConsumer();
      const receiver = new OtlpReceiver(
        otlpConfig.parse({
          protocols: { grpc: { endpoint: '127.0.0.1:0', max_recv_msg_size_mib: 64 } },
        }),
        { traces: consumer },
        contractSettings('otlp'),
      );
      await receiver.start(contractHost());
      onTestFinished(() => receiver.shutdown(AbortSignal.abort()));
      const port = await freePort();
      await runCollector(port, receiver.addresses.grpc ?? '');
      // Larger than a block of any of the formats.
      const bytes = requestBytes('traces', 20_000);
      const expected: unknown = JSON.parse(protobufToJson('traces', bytes));
      for (const compression of COMPRESSIONS) {
        const endpoint = `127.0.0.1:${port}`;
        const { exporter } = await exporting({ endpoint, compression, ...DIRECT });
        await exporter.consume(telemetryOf('traces', bytes));
        await consumer.entered();
        const came = consumer.taken.at(-1)?.requests[0]?.bytes ?? new Uint8Array(0);
        expect(JSON.parse(protobufToJson('traces', came))).toMatchObject(Object(expected));
      }
    }, 60_000);
  },
);
