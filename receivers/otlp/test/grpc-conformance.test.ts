import { constants } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { compressionAlgorithms, connectivityState } from '@grpc/grpc-js';
import { SondeError } from '@sonde/pipeline';
import { describe, expect, it } from 'vitest';
import { RawClient, TRACE_SERVICE } from './grpc-client.ts';
import { start } from './harness.ts';
import { logs, metrics, profiles, readStatus, traces } from './otlp-bytes.ts';
import { answerOf, framed, RawGrpc } from './raw-grpc.ts';

// One test a line of the OTLP checklist that applies to a server speaking gRPC; the number is the line's.
describe('OTLP over gRPC', () => {
  it('1: takes each signal on its service', async () => {
    const { grpc, pipeline } = await start();
    const client = new RawClient(grpc);
    const collector = 'opentelemetry.proto.collector';
    const sent = [
      [`${collector}.trace.v1.TraceService`, traces(3)],
      [`${collector}.metrics.v1.MetricsService`, metrics()],
      [`${collector}.logs.v1.LogsService`, logs()],
      [`${collector}.profiles.v1development.ProfilesService`, profiles()],
    ] as const;
    for (const [service, bytes] of sent) {
      expect((await client.export(bytes, { service })).code).toBe(0);
    }
    expect(pipeline.taken.map(({ signal }) => signal)).toEqual([
      'traces',
      'metrics',
      'logs',
      'profiles',
    ]);
    for (const [index, { requests, transport }] of pipeline.taken.entries()) {
      expect(transport).toBe('grpc');
      expect(Buffer.from(requests[0]?.bytes ?? []).equals(sent[index]?.[1] ?? Buffer.of())).toBe(
        true,
      );
    }
    expect(pipeline.taken[0]?.columns()).toMatchObject({ signal: 'traces', count: 3 });
  });

  it('7: answers a signal that no pipeline wants with UNIMPLEMENTED', async () => {
    const { grpc, pipeline } = await start({ signals: ['logs'] });
    const client = new RawClient(grpc);
    const outcome = await client.export(traces());
    expect(outcome.code).toBe(12);
    expect(outcome.details).toBe(`unknown service ${TRACE_SERVICE}`);
    expect((await client.export(traces(), { method: 'Import' })).code).toBe(12);
    expect(pipeline.taken).toHaveLength(0);
  });

  it('12: unpacks gzip and deflate, and says which encodings it takes', async () => {
    const { grpc, pipeline } = await start();
    for (const algorithm of [compressionAlgorithms.gzip, compressionAlgorithms.deflate]) {
      const client = new RawClient(grpc, { 'grpc.default_compression_algorithm': algorithm });
      expect((await client.export(traces(100))).code).toBe(0);
    }
    expect(pipeline.taken.map(({ itemCount }) => itemCount)).toEqual([100, 100]);
    const frame = framed(traces(), 1);
    const { code, headers } = await new RawGrpc(grpc).call([frame], { 'grpc-encoding': 'br' });
    expect(code).toBe('12');
    expect(headers['grpc-accept-encoding']).toBe('identity,gzip,deflate,zstd,snappy');
    expect(pipeline.taken).toHaveLength(2);
  });

  it('13: refuses what is packed and corrupt, and goes on', async () => {
    const { grpc, pipeline } = await start();
    const client = new RawGrpc(grpc);
    for (const encoding of ['gzip', 'deflate', 'zstd', 'snappy']) {
      const { code } = await client.call([framed(traces(), 1)], { 'grpc-encoding': encoding });
      expect({ encoding, code }).toEqual({ encoding, code: '13' });
    }
    expect((await new RawClient(grpc).export(traces())).code).toBe(0);
    expect(pipeline.taken).toHaveLength(1);
  });

  it('25: answers full success with an empty message', async () => {
    const { grpc, pipeline } = await start();
    const outcome = await new RawClient(grpc).export(traces());
    expect([outcome.code, outcome.message?.length]).toEqual([0, 0]);
    expect(pipeline.taken).toHaveLength(1);
  });

  it('26: acknowledges a request without items without calling the pipeline', async () => {
    const { grpc, pipeline } = await start();
    const client = new RawClient(grpc);
    for (const empty of [Buffer.alloc(0), Buffer.from([0x0a, 0x00])]) {
      const outcome = await client.export(empty);
      expect([outcome.code, outcome.message?.length]).toEqual([0, 0]);
    }
    expect(pipeline.taken).toHaveLength(0);
  });

  it('31: answers bytes that are not OTLP with INVALID_ARGUMENT', async () => {
    const { grpc, pipeline } = await start();
    const client = new RawClient(grpc);
    for (const bytes of [Buffer.from('hello'), traces().subarray(0, -3)]) {
      const outcome = await client.export(bytes);
      expect(outcome.code).toBe(3);
      expect(outcome.details).toContain('malformed OTLP at byte');
    }
    expect(pipeline.taken).toHaveLength(0);
  });

  it('32: answers a message over the limit with RESOURCE_EXHAUSTED', async () => {
    const { grpc, pipeline } = await start({ grpc: { max_recv_msg_size_mib: 1 } });
    const client = new RawClient(grpc);
    expect((await client.export(logs('x'.repeat(1_100_000)))).code).toBe(8);
    expect((await client.export(traces())).code).toBe(0);
    expect(pipeline.taken.map(({ signal }) => signal)).toEqual(['traces']);
  });

  it('33: applies the limit to what a message unpacks to', async () => {
    const { grpc, pipeline } = await start({ grpc: { max_recv_msg_size_mib: 1 } });
    const client = new RawGrpc(grpc);
    const service = 'opentelemetry.proto.collector.logs.v1.LogsService';
    const answers: (string | undefined)[] = [];
    for (const length of [1_000_000, 1_100_000]) {
      const packed = gzipSync(logs('x'.repeat(length)));
      expect(packed.length).toBeLessThan(10_000);
      const headers = { 'grpc-encoding': 'gzip', ':path': `/${service}/Export` };
      answers.push((await client.call([framed(packed, 1)], headers)).code);
    }
    expect(answers).toEqual(['0', '8']);
    expect(pipeline.taken).toHaveLength(1);
  });

  it('34: gives the answer of the table for each failure of the pipeline', async () => {
    const { grpc, pipeline } = await start();
    const client = new RawClient(grpc);
    const table = [
      ['INVALID_DATA', 3],
      ['TOO_LARGE', 8],
      ['UNAUTHENTICATED', 16],
      ['PERMISSION_DENIED', 7],
      ['UNIMPLEMENTED', 12],
      ['OVERLOADED', 14],
      ['UNAVAILABLE', 14],
      ['DEADLINE_EXCEEDED', 4],
      ['SHUTTING_DOWN', 14],
      ['INTERNAL', 13],
    ] as const;
    for (const [code, grpcCode] of table) {
      // Text that a header cannot hold as it is.
      const message = 'data refused: 100 % \u{1f525} \n';
      pipeline.answerWith(() => Promise.reject(new SondeError(code, message)));
      const outcome = await client.export(traces());
      expect(outcome.code).toBe(grpcCode);
      expect(outcome.details).toBe(message);
      expect(outcome.trailers?.get('grpc-status-details-bin')).toEqual([]);
    }
    pipeline.answerWith(() => Promise.reject(new SondeError('INTERNAL', 'lone \ud800 half')));
    expect(await client.export(traces())).toMatchObject({ code: 13, details: 'lone \ufffd half' });
  });

  it('34: asks the authenticator before it reads the message', async () => {
    const { grpc, pipeline } = await start({
      grpc: { auth: { authenticator: 'ingest_tokens' }, max_recv_msg_size_mib: 1 },
      authenticator: {
        authenticate: async ({ headers, peer }) => {
          expect(peer).toBe('127.0.0.1');
          if (headers['authorization'] === 'Bearer good') return { tenant: 'acme' };
          throw new SondeError('PERMISSION_DENIED', 'not allowed');
        },
      },
    });
    const client = new RawClient(grpc);
    // Over the limit, and still not RESOURCE_EXHAUSTED.
    const refused = await client.export(logs('x'.repeat(1_100_000)));
    expect(refused).toMatchObject({ code: 7, details: 'not allowed' });
    const metadata = { authorization: 'Bearer good' };
    expect((await client.export(traces(), { metadata })).code).toBe(0);
    expect(pipeline.taken.map(({ requests }) => requests[0]?.tenant)).toEqual(['acme']);
  });

  it('36: says when to come back where that is known', async () => {
    const { grpc, pipeline } = await start();
    const busy = new SondeError('OVERLOADED', 'full', { retryAfterMs: 2500 });
    pipeline.answerWith(() => Promise.reject(busy));
    const outcome = await new RawClient(grpc).export(traces());
    expect(outcome.code).toBe(14);
    const [details] = outcome.trailers?.get('grpc-status-details-bin') ?? [];
    expect(readStatus(Buffer.from(details ?? ''))).toEqual({
      code: 14,
      message: 'full',
      retryMs: 2500,
    });
  });

  it('40: serves calls of one connection at the same time', async () => {
    const { grpc, pipeline } = await start();
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    pipeline.answerWith(() => released);
    const client = new RawClient(grpc);
    const calls = Array.from({ length: 100 }, () => client.export(traces()));
    // All are in the pipeline before the first is answered.
    await pipeline.came(100);
    release();
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(Array(100).fill(0));
  });

  it('40: serves no more calls of one connection at a time than configured', async () => {
    const { grpc, pipeline } = await start({ grpc: { max_concurrent_streams: 2 } });
    let inside = 0;
    let insideMax = 0;
    pipeline.answerWith(async () => {
      inside += 1;
      insideMax = Math.max(insideMax, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    });
    const client = new RawClient(grpc);
    // The limit binds from the moment that the client has read the server's settings.
    await client.export(traces());
    await Promise.all(Array.from({ length: 20 }, () => client.export(traces())));
    expect(insideMax).toBe(2);
  });

  it('42: tells connections of a certain age to go, and their clients come back', async () => {
    const { grpc, pipeline } = await start({
      grpc: {
        keepalive: {
          server_parameters: { max_connection_age: '50ms', max_connection_age_grace: '5s' },
        },
      },
    });
    const raw = new RawGrpc(grpc);
    expect((await raw.goodbye()).code).toBe(0);
    // One client, whose channel has to leave each of its connections and make another.
    const client = new RawClient(grpc);
    const channel = client.client.getChannel();
    for (let connection = 1; connection <= 3; connection += 1) {
      expect((await client.export(traces(connection))).code).toBe(0);
      await new Promise<void>((resolve, reject) => {
        const told = (error?: Error): void => (error === undefined ? resolve() : reject(error));
        channel.watchConnectivityState(connectivityState.READY, Date.now() + 20_000, told);
      });
    }
    expect(pipeline.taken.map(({ itemCount }) => itemCount)).toEqual([1, 2, 3]);
  });

  it('43: takes nothing of a call whose client goes away in the midst of its message', async () => {
    const { grpc, pipeline } = await start();
    const message = framed(traces(100));
    const half = message.subarray(0, message.length / 2);
    const client = new RawGrpc(grpc);
    const cut = client.open();
    const closed = new Promise<void>((resolve) => cut.once('close', () => resolve()));
    await new Promise<void>((resolve) => cut.write(half, () => resolve()));
    cut.close(constants.NGHTTP2_CANCEL);
    await closed;
    // One that ends its call there, and one whose connection breaks.
    expect((await client.call([half])).code).not.toBe('0');
    const gone = new RawGrpc(grpc);
    const stream = gone.open();
    await new Promise<void>((resolve) => stream.write(half, () => resolve()));
    gone.session.destroy();
    // A whole call shows that the server went on and that those before left nothing.
    expect((await client.call([framed(traces(7))])).code).toBe('0');
    expect(pipeline.taken.map(({ itemCount }) => itemCount)).toEqual([7]);
  });

  it('43: acknowledges nothing to a client that gave up while the pipeline was at it', async () => {
    const { grpc, pipeline } = await start();
    let release: () => void = () => undefined;
    pipeline.answerWith(() => new Promise((resolve) => (release = resolve)));
    const client = new RawGrpc(grpc);
    const stream = client.open();
    const answer = answerOf(stream);
    stream.end(framed(traces()));
    await pipeline.came(1);
    stream.close(constants.NGHTTP2_CANCEL);
    release();
    pipeline.answerWith(() => Promise.resolve());
    const { code, body } = await answer;
    expect([code, body.length]).toEqual([undefined, 0]);
    expect((await client.call([framed(traces(2))])).code).toBe('0');
    expect(pipeline.taken).toHaveLength(2);
  });

  it('bounds the metadata of a call', async () => {
    const { grpc } = await start();
    const metadata = { 'x-large': 'x'.repeat(20_000) };
    expect((await new RawClient(grpc).export(traces(), { metadata })).code).toBe(8);
  });
});
