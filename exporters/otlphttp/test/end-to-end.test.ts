import { SondeError } from '@sonde/pipeline';
import { type GrpcAnswer, GrpcClient, grpcClientFields } from '@sonde/pipeline/clients';
import {
  contractHost,
  contractSettings,
  GatedConsumer,
  requestBytes,
} from '@sonde/pipeline/contract-suite';
import { freePort } from '@sonde/pipeline/test/free-port';
import { EXPORT_PATHS, RpcCode, readStatus } from '@sonde/proto';
import { OtlpReceiver, otlpConfig } from '@sonde/receiver-otlp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { Backend as Destination } from './backend.ts';
import { DIRECT, exporting, QUICK_RETRY } from './exporting.ts';

interface Backend {
  readonly receiver: OtlpReceiver;
  readonly consumer: GatedConsumer;
}

/** A gateway of Sonde behind the exporter. */
async function backend(port = 0): Promise<Backend> {
  const consumer = new GatedConsumer();
  const config = otlpConfig.parse({ protocols: { http: { endpoint: `127.0.0.1:${port}` } } });
  const receiver = new OtlpReceiver(config, { traces: consumer }, contractSettings('otlp'));
  await receiver.start(contractHost());
  onTestFinished(async () => {
    consumer.open();
    await receiver.shutdown(AbortSignal.abort());
  });
  return { receiver, consumer };
}

interface Gateway {
  readonly http: string;
  readonly grpc: string;
}

/** receivers/otlp -> exporters/otlphttp -> `endpoint`. */
async function gateway(
  endpoint: string,
  config: Readonly<Record<string, unknown>> = {},
): Promise<Gateway> {
  const { exporter } = await exporting({ endpoint, ...config });
  const protocols = { http: { endpoint: '127.0.0.1:0' }, grpc: { endpoint: '127.0.0.1:0' } };
  const receiver = new OtlpReceiver(
    otlpConfig.parse({ protocols }),
    { traces: exporter },
    contractSettings('otlp'),
  );
  await receiver.start(contractHost());
  onTestFinished(() => receiver.shutdown(AbortSignal.abort()));
  const { http = '', grpc = '' } = receiver.addresses;
  return { http, grpc };
}

async function post(address: string, body: Uint8Array): Promise<number> {
  return (await posted(address, body)).status;
}

async function posted(address: string, body: Uint8Array): Promise<Response> {
  const headers = { 'content-type': 'application/x-protobuf' };
  const url = `http://${address}/v1/traces`;
  const answer = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
  return answer;
}

async function called(address: string, message: Uint8Array): Promise<GrpcAnswer> {
  const config = z.strictObject(grpcClientFields()).parse({ endpoint: `http://${address}` });
  const client = await GrpcClient.open(config, contractHost());
  onTestFinished(() => client.close());
  const signal = new AbortController().signal;
  return await client.call({
    path: EXPORT_PATHS.traces.grpc,
    message,
    signal,
    deadlineUnixMs: undefined,
  });
}

/** Milliseconds of the `RetryInfo` in a status. */
function delayIn(status: Uint8Array | undefined): number | undefined {
  return status === undefined ? undefined : readStatus('protobuf', status).retryAfterMs;
}

async function arrived(consumer: GatedConsumer, count: number): Promise<readonly Uint8Array[]> {
  for (let request = 0; request < count; request += 1) await consumer.entered();
  return consumer.taken.flatMap(({ requests }) => requests.map(({ bytes }) => bytes));
}

describe('from gateway to gateway', () => {
  it('bytes arrive as they were sent', async () => {
    const { receiver, consumer } = await backend();
    const { http } = await gateway(`http://${receiver.addresses.http}`);
    const sent = [1, 7, 500].map((items) => requestBytes('traces', items));
    for (const body of sent) expect(await post(http, body)).toBe(200);
    const bytes = await arrived(consumer, sent.length);
    const sorted = bytes.map((each) => Buffer.from(each)).sort((a, b) => a.length - b.length);
    expect(sorted).toEqual(sent.map((each) => Buffer.from(each)));
  });

  it.each(['gzip', 'zlib', 'deflate', 'zstd', 'snappy', 'x-snappy-framed', 'lz4', 'none'])(
    'bytes arrive as they were sent by %s, small and large',
    async (compression) => {
      const { receiver, consumer } = await backend();
      const { http } = await gateway(`http://${receiver.addresses.http}`, { compression });
      const sent = [1, 20_000].map((items) => requestBytes('traces', items));
      for (const body of sent) expect(await post(http, body)).toBe(200);
      const bytes = await arrived(consumer, sent.length);
      const sorted = bytes.map((each) => Buffer.from(each)).sort((a, b) => a.length - b.length);
      expect(sorted.map((each, i) => each.equals(sent[i] ?? Buffer.alloc(0)))).toEqual([
        true,
        true,
      ]);
    },
  );

  it('nothing is lost while the backend is away', async () => {
    const port = await freePort();
    const { http } = await gateway(`http://127.0.0.1:${port}`, { retry_on_failure: QUICK_RETRY });
    const sent = [1, 2, 3, 4, 5].map((items) => requestBytes('traces', items));
    for (const body of sent) expect(await post(http, body)).toBe(200);
    const { consumer } = await backend(port);
    await arrived(consumer, sent.length);
    expect(consumer.itemCount).toBe(1 + 2 + 3 + 4 + 5);
  });

  it('nothing is lost while the backend refuses for now', async () => {
    const { receiver, consumer } = await backend();
    consumer.failWith(new SondeError('OVERLOADED', 'full'));
    const { http } = await gateway(`http://${receiver.addresses.http}`, {
      retry_on_failure: QUICK_RETRY,
    });
    expect(await post(http, requestBytes('traces', 3))).toBe(200);
    await consumer.entered();
    await consumer.entered();
    consumer.failWith(undefined);
    while (consumer.taken.length === 0) await consumer.entered();
    expect(consumer.itemCount).toBe(3);
  });

  it('a sender learns that the queue is full, and may try again', async () => {
    const { receiver, consumer } = await backend();
    consumer.close();
    const { http, grpc } = await gateway(`http://${receiver.addresses.http}`, {
      sending_queue: { queue_size: 1, num_consumers: 1 },
    });
    expect(await post(http, requestBytes('traces'))).toBe(200);
    await consumer.entered();
    const refused = await posted(http, requestBytes('traces'));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    const answer = await called(grpc, requestBytes('traces'));
    expect(answer).toMatchObject({ code: RpcCode.unavailable, details: 'sending queue is full' });
    expect(delayIn(answer.status)).toBe(1000);
  });

  it.each([
    [400, RpcCode.invalidArgument],
    [413, RpcCode.resourceExhausted],
  ])('a sender is never told to come back after a %i', async (status, code) => {
    const destination = new Destination();
    const headers = { 'retry-after': '1' };
    destination.answer = () => ({ status, headers });
    const { http, grpc } = await gateway(`http://${await destination.listen()}`, {
      ...DIRECT,
      retry_on_failure: QUICK_RETRY,
    });
    const refused = await posted(http, requestBytes('traces'));
    const body = new Uint8Array(await refused.arrayBuffer());
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([status, null]);
    expect(delayIn(body)).toBeUndefined();
    const answer = await called(grpc, requestBytes('traces'));
    expect([answer.code, delayIn(answer.status)]).toEqual([code, undefined]);
    expect(destination.received).toHaveLength(2);
    // A delay beside a status that is retryable goes all the way.
    destination.answer = () => ({ status: 503, headers: { 'retry-after': '400' } });
    const later = await posted(http, requestBytes('traces'));
    expect([later.status, later.headers.get('retry-after')]).toEqual([503, '400']);
    const told = await called(grpc, requestBytes('traces'));
    expect([told.code, delayIn(told.status)]).toEqual([RpcCode.unavailable, 400_000]);
  });
});
