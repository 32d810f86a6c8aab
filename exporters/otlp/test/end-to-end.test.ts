import { Metadata } from '@grpc/grpc-js';
import { SondeError } from '@sonde/pipeline';
import {
  contractHost,
  contractSettings,
  GatedConsumer,
  requestBytes,
  telemetryOf,
} from '@sonde/pipeline/contract-suite';
import { encodeStatus, RpcCode, readStatus, SIGNALS } from '@sonde/proto';
import { OtlpReceiver, otlpConfig } from '@sonde/receiver-otlp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Backend } from './backend.ts';
import { DIRECT, exporting, NO_DEADLINE, QUICK_RETRY } from './exporting.ts';

async function receiver(): Promise<{ endpoint: string; consumer: GatedConsumer }> {
  const consumer = new GatedConsumer();
  const made = new OtlpReceiver(
    otlpConfig.parse({ protocols: { grpc: { endpoint: '127.0.0.1:0' } } }),
    Object.fromEntries(SIGNALS.map((signal) => [signal, consumer])),
    contractSettings('otlp'),
  );
  await made.start(contractHost());
  onTestFinished(() => made.shutdown(AbortSignal.abort()));
  return { endpoint: made.addresses.grpc ?? '', consumer };
}

describe('to our own receiver', () => {
  it('bytes arrive as they were sent, of every signal', async () => {
    const { endpoint, consumer } = await receiver();
    for (const signal of SIGNALS) {
      const { exporter } = await exporting({ endpoint, ...DIRECT }, { signal });
      const bytes = requestBytes(signal, 100);
      await exporter.consume(telemetryOf(signal, bytes));
      const last = consumer.taken.at(-1)?.requests[0]?.bytes ?? [];
      expect(Buffer.from(last).equals(bytes)).toBe(true);
      expect(consumer.taken.at(-1)?.signal).toBe(signal);
    }
  });

  it.each(['gzip', 'snappy', 'zstd', 'none'])(
    'bytes arrive as they were sent by %s, small and large',
    async (compression) => {
      const { endpoint, consumer } = await receiver();
      const { exporter } = await exporting({ endpoint, ...DIRECT, compression });
      for (const items of [1, 10_000]) {
        const bytes = requestBytes('traces', items);
        await exporter.consume(telemetryOf('traces', bytes));
        const last = consumer.taken.at(-1)?.requests[0]?.bytes ?? [];
        expect(Buffer.from(last).equals(bytes)).toBe(true);
      }
    },
  );

  it('a refusal says how long to wait, and what is permanent', async () => {
    const { endpoint, consumer } = await receiver();
    const { exporter } = await exporting({ endpoint, ...DIRECT });
    const traces = telemetryOf('traces', requestBytes('traces'));
    consumer.failWith(new SondeError('OVERLOADED', 'full', { retryAfterMs: 3000 }));
    await expect(exporter.consume(traces)).rejects.toMatchObject({
      message: 'rpc error: code = Unavailable desc = full',
      retryable: true,
      retryAfterMs: 3000,
    });
    consumer.failWith(new SondeError('INVALID_DATA', 'never'));
    await expect(exporter.consume(traces)).rejects.toMatchObject({ code: 'INVALID_DATA' });
  });

  it.each([
    [RpcCode.invalidArgument, 400],
    [RpcCode.resourceExhausted, 503],
    [RpcCode.permissionDenied, 403],
    [RpcCode.unavailable, 503],
  ])(
    'a sender learns of a delay beside code %i only where it may come again',
    async (code, status) => {
      const destination = new Backend();
      const metadata = new Metadata();
      const details = encodeStatus({ code, message: 'no', retryAfterMs: 2000 }, 'protobuf');
      metadata.set('grpc-status-details-bin', Buffer.from(details));
      destination.answer = () => ({ code, metadata });
      const { exporter } = await exporting({ endpoint: await destination.listen(), ...DIRECT });
      const protocols = { http: { endpoint: '127.0.0.1:0' } };
      const config = otlpConfig.parse({ protocols });
      const gateway = new OtlpReceiver(config, { traces: exporter }, contractSettings('otlp'));
      await gateway.start(contractHost());
      onTestFinished(() => gateway.shutdown(AbortSignal.abort()));
      const answer = await fetch(`http://${gateway.addresses.http}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: Buffer.from(requestBytes('traces')),
      });
      const { retryAfterMs } = readStatus('protobuf', new Uint8Array(await answer.arrayBuffer()));
      expect(answer.status).toBe(status);
      expect(answer.headers.get('retry-after')).toBe(status === 503 ? '2' : null);
      expect(retryAfterMs).toBe(status === 503 ? 2000 : undefined);
    },
  );

  it('nothing queued is lost when the exporter is shut down', async () => {
    const { endpoint, consumer } = await receiver();
    const { exporter } = await exporting({
      endpoint,
      tls: { insecure: true },
      retry_on_failure: QUICK_RETRY,
      sending_queue: { batch: { flush_timeout: '1h' } },
    });
    const requests = Array.from({ length: 50 }, () => requestBytes('traces', 2));
    for (const bytes of requests) await exporter.consume(telemetryOf('traces', bytes));
    await exporter.shutdown(NO_DEADLINE);
    expect(consumer.itemCount).toBe(100);
    // As one batch, one call.
    expect(consumer.taken).toHaveLength(1);
  });
});
