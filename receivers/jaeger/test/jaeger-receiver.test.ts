import { status } from '@grpc/grpc-js';
import { SondeError } from '@sonde/pipeline';
import {
  contractHost,
  contractSettings,
  GatedConsumer,
  RecordingLogger,
} from '@sonde/pipeline/contract-suite';
import { spansOf } from '@sonde/wire-formats/test/collector-traces';
import {
  binary,
  encodeCall,
  encodeThrift,
  i64,
  list,
  struct,
  type ThriftValue,
} from '@sonde/wire-formats/test/thrift-writer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { JaegerReceiver, jaegerConfig } from '../src/index.ts';
import { callGrpc, postSpansRequest, sendDatagram } from './jaeger-client.ts';

const endpoint = '127.0.0.1:0';

function batch(...names: readonly string[]): ThriftValue {
  const spans = names.map((name) => struct([1, i64(1n)], [3, i64(2n)], [5, binary(name)]));
  return struct([1, struct([1, binary('shop')])], [2, list('struct', ...spans)]);
}

interface Running {
  readonly receiver: JaegerReceiver;
  readonly next: GatedConsumer;
  readonly logger: RecordingLogger;
}

async function start(protocols: Readonly<Record<string, unknown>>): Promise<Running> {
  const next = new GatedConsumer();
  const logger = new RecordingLogger();
  const config = jaegerConfig.parse({ protocols });
  const receiver = new JaegerReceiver(contractSettings('jaeger', logger), config, next);
  await receiver.start(contractHost());
  onTestFinished(async () => {
    next.open();
    await receiver.shutdown(AbortSignal.timeout(1000));
  });
  return { receiver, next, logger };
}

function names({ taken }: GatedConsumer): readonly unknown[] {
  return taken.flatMap(({ requests }) =>
    spansOf(requests.map(({ bytes }) => bytes)).map(({ name }) => name),
  );
}

function post(address: string | undefined, body: Uint8Array, type: string): Promise<Response> {
  const headers = { 'content-type': type };
  return fetch(`http://${address}/api/traces`, { method: 'POST', headers, body: body.slice() });
}

/** Resolves when so many batches were taken. */
async function untilTaken(next: GatedConsumer, count: number): Promise<void> {
  while (next.taken.length < count) await next.entered();
}

describe('the receiver jaeger', () => {
  it('takes batches by gRPC and says what is wrong with others', async () => {
    const { receiver, next } = await start({ grpc: { endpoint } });
    const address = receiver.addresses.grpc ?? '';
    expect(await callGrpc(address, postSpansRequest('a', 'b'))).toEqual([status.OK, '']);
    expect(names(next)).toEqual(['a', 'b']);
    expect(next.taken[0]?.transport).toBe('grpc');
    const [code, words] = await callGrpc(address, Buffer.of(0x0a, 0x05, 0x01));
    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(words).toMatch(/^malformed Jaeger protobuf/);
    const other = '/jaeger.api_v2.CollectorService/Other';
    expect(await callGrpc(address, postSpansRequest('a'), other)).toEqual([
      status.UNIMPLEMENTED,
      'unknown method Other for service jaeger.api_v2.CollectorService',
    ]);
  });

  it('takes batches in thrift by HTTP', async () => {
    const { receiver, next } = await start({ thrift_http: { endpoint } });
    const { thriftHttp } = receiver.addresses;
    const body = encodeThrift('binary', batch('a'));
    for (const type of ['application/x-thrift', 'application/vnd.apache.thrift.binary; v=1']) {
      expect((await post(thriftHttp, body, type)).status).toBe(202);
    }
    expect(names(next)).toEqual(['a', 'a']);
    expect(next.taken[0]?.transport).toBe('collector_http');
  });

  it("answers other bodies by HTTP in upstream's words", async () => {
    const { receiver, next } = await start({ thrift_http: { endpoint } });
    const { thriftHttp } = receiver.addresses;
    const body = encodeThrift('binary', batch('a'));
    const json = await post(thriftHttp, body, 'application/json');
    expect([json.status, await json.text()]).toEqual([
      400,
      'Unsupported content type: application/json',
    ]);
    const cut = await post(thriftHttp, body.subarray(0, 20), 'application/x-thrift');
    expect(cut.status).toBe(400);
    expect(await cut.text()).toMatch(/^Unable to process request body: malformed thrift/);
    next.failWith(new SondeError('OVERLOADED', 'full'));
    const full = await post(thriftHttp, body, 'application/x-thrift');
    expect([full.status, await full.text()]).toEqual([503, 'Cannot submit Jaeger batch: full']);
    expect((await fetch(`http://${thriftHttp}/other`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`http://${thriftHttp}/api/traces`)).status).toBe(405);
  });

  it('takes datagrams of both protocols', async () => {
    const { receiver, next } = await start({
      thrift_compact: { endpoint },
      thrift_binary: { endpoint },
    });
    const { thriftCompact = '', thriftBinary = '' } = receiver.addresses;
    await sendDatagram(thriftCompact, encodeCall('compact', 'emitBatch', [1, batch('c')]));
    await untilTaken(next, 1);
    await sendDatagram(thriftBinary, encodeCall('binary', 'emitBatch', [1, batch('b')]));
    await untilTaken(next, 2);
    expect(names(next)).toEqual(['c', 'b']);
    expect(next.taken.map(({ transport }) => transport)).toEqual([
      'udp_thrift_compact',
      'udp_thrift_binary',
    ]);
  });

  it('lets a bounded number of datagrams wait, and keeps those when it is shut down', async () => {
    const { receiver, next, logger } = await start({
      thrift_compact: { endpoint, workers: 1, queue_size: 2 },
    });
    const { thriftCompact = '' } = receiver.addresses;
    next.close();
    for (const name of ['1', '2', '3', '4', '5']) {
      await sendDatagram(thriftCompact, encodeCall('compact', 'emitBatch', [1, batch(name)]));
    }
    const refused = (): number =>
      logger.lines.filter(({ message }) => message === 'Request refused').length;
    await expect.poll(refused).toBe(2);
    const stopped = receiver.shutdown(new AbortController().signal);
    next.open();
    await stopped;
    expect(names(next)).toEqual(['1', '2', '3']);
  });

  it('drops datagrams that are too long or nothing of the kind, and goes on', async () => {
    const { receiver, next, logger } = await start({
      thrift_compact: { endpoint, max_packet_size: 100 },
    });
    const { thriftCompact = '' } = receiver.addresses;
    await sendDatagram(thriftCompact, Buffer.alloc(101));
    await sendDatagram(thriftCompact, Buffer.from('hello'));
    await sendDatagram(thriftCompact, encodeCall('compact', 'emitBatch', [1, batch('ok')]));
    await untilTaken(next, 1);
    const codes = logger.lines
      .filter(({ message }) => message === 'Request refused')
      .map(({ fields }) => fields['code']);
    expect(codes).toEqual(['TOO_LARGE', 'INVALID_DATA']);
  });

  it('leaves no port open when one is taken', async () => {
    const { receiver } = await start({ grpc: { endpoint } });
    const taken = receiver.addresses.grpc ?? '';
    const protocols = { thrift_http: { endpoint }, grpc: { endpoint: taken } };
    const config = jaegerConfig.parse({ protocols });
    const second = new JaegerReceiver(contractSettings('jaeger'), config, new GatedConsumer());
    await expect(second.start(contractHost())).rejects.toThrow(
      `listen tcp ${taken}: bind: address already in use`,
    );
  });

  it("says in Go's words that a port for datagrams is taken", async () => {
    const { receiver } = await start({ thrift_binary: { endpoint } });
    const taken = receiver.addresses.thriftBinary ?? '';
    const config = jaegerConfig.parse({ protocols: { thrift_binary: { endpoint: taken } } });
    const second = new JaegerReceiver(contractSettings('jaeger'), config, new GatedConsumer());
    await expect(second.start(contractHost())).rejects.toThrow(
      `listen udp ${taken}: bind: address already in use`,
    );
  });
});

describe('the configuration of jaeger', () => {
  const messages = (raw: unknown): readonly string[] =>
    jaegerConfig.safeParse(raw).error?.issues.map(({ message }) => message) ?? [];

  it("has upstream's defaults, on loopback", () => {
    const all = { grpc: null, thrift_http: null, thrift_compact: null, thrift_binary: null };
    const { protocols } = jaegerConfig.parse({ protocols: all });
    expect(protocols).toMatchObject({
      grpc: { endpoint: 'localhost:14250' },
      thrift_http: { endpoint: 'localhost:14268' },
      thrift_compact: { endpoint: 'localhost:6831', queue_size: 1000, max_packet_size: 65_000 },
      thrift_binary: { endpoint: 'localhost:6832', workers: 10, socket_buffer_size: 0 },
    });
  });

  it('refuses what makes no sense, and what has moved', () => {
    expect(messages({ protocols: { thrift_compact: { endpoint: 'x' } } })).toEqual([
      'invalid port number for the Thrift UDP Compact endpoint: address x: missing port in address',
    ]);
    expect(messages({ protocols: { grpc: { endpoint: 'localhost:x' } } })).toEqual([
      'address localhost:x: invalid port "x"',
    ]);
    expect(messages({ protocols: { thrift_binary: { queue_size: 0 } } })).toHaveLength(1);
    expect(
      messages({ protocols: { grpc: null }, remote_sampling: { host_endpoint: 'x' } }),
    ).toEqual([
      'remote sampling config detected in the Jaeger receiver; use the `jaegerremotesampling` extension instead',
    ]);
  });
});
