import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RawClient } from './grpc-client.ts';
import { start } from './harness.ts';
import { traces } from './otlp-bytes.ts';
import { answerOf, framed, RawGrpc } from './raw-grpc.ts';

const ENHANCE_YOUR_CALM = 11;

const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

function rawSocket(address: string): { socket: Socket; closed: Promise<void> } {
  const { port } = new URL(`http://${address}`);
  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.resume();
  return { socket, closed: new Promise((resolve) => socket.once('close', () => resolve())) };
}

describe('a connection of gRPC', () => {
  it('41: is ended with too_many_pings when its client pings too often', async () => {
    const { grpc } = await start();
    const client = new RawGrpc(grpc);
    const goodbye = client.goodbye();
    const closed = client.closed();
    await client.connected();
    // Two strikes are allowed after the first ping; the fourth is one too many.
    for (let count = 0; count < 3; count += 1) await client.ping();
    client.session.ping(() => undefined);
    expect(await goodbye).toMatchObject({ code: ENHANCE_YOUR_CALM, words: 'too_many_pings' });
    await closed;
  });

  it('41: stays when pings keep to the policy, or follow an answer', async () => {
    const policy = { min_time: '1ns', permit_without_stream: true };
    const lenient = await start({ grpc: { keepalive: { enforcement_policy: policy } } });
    const pinging = new RawGrpc(lenient.grpc);
    await pinging.connected();
    for (let count = 0; count < 20; count += 1) await pinging.ping();
    expect((await pinging.call([framed(traces())])).code).toBe('0');
    const strict = await start();
    const client = new RawGrpc(strict.grpc);
    for (let count = 0; count < 20; count += 1) {
      expect((await client.call([framed(traces())])).code).toBe('0');
      await client.ping();
    }
  });

  it('is cut when its peer does not answer a ping', async () => {
    const keepalive = { server_parameters: { time: '50ms', timeout: '50ms' } };
    const { grpc } = await start({ grpc: { keepalive } });
    const { socket, closed } = rawSocket(grpc);
    socket.write(PREFACE);
    await closed;
    // A peer that answers stays through many such times.
    const client = new RawGrpc(grpc);
    let isClosed = false;
    void client.closed().then(() => {
      isClosed = true;
    });
    let pings = 0;
    await new Promise<void>((resolve) => {
      client.session.on('ping', () => {
        pings += 1;
        if (pings === 4) resolve();
      });
    });
    expect(isClosed).toBe(false);
  });

  it('is told to go when it was idle for long, and not while it has a call', async () => {
    const keepalive = { server_parameters: { max_connection_idle: '50ms' } };
    const { grpc, pipeline } = await start({ grpc: { keepalive } });
    let release: () => void = () => undefined;
    pipeline.answerWith(() => new Promise((resolve) => (release = resolve)));
    const client = new RawGrpc(grpc);
    const goodbye = client.goodbye();
    const closed = client.closed();
    const call = client.call([framed(traces())]);
    await pipeline.came(1);
    // Another connection goes through its whole idle time meanwhile.
    await new RawGrpc(grpc).goodbye();
    release();
    expect((await call).code).toBe('0');
    expect(await goodbye).toMatchObject({ code: 0 });
    await closed;
  });

  it('42: finishes its calls when it is old, and is cut after the grace', async () => {
    const server_parameters = { max_connection_age: '50ms', max_connection_age_grace: '100ms' };
    const { grpc, pipeline } = await start({ grpc: { keepalive: { server_parameters } } });
    let release: () => void = () => undefined;
    pipeline.answerWith(() => new Promise((resolve) => (release = resolve)));
    const patient = new RawGrpc(grpc);
    const goodbye = patient.goodbye();
    const finished = patient.call([framed(traces())]);
    await pipeline.came(1);
    await goodbye;
    release();
    expect((await finished).code).toBe('0');
    pipeline.answerWith(() => new Promise(() => undefined));
    const stuck = new RawGrpc(grpc);
    const closed = stuck.closed();
    const cut = answerOf(stuck.open().end(framed(traces())));
    expect((await cut).code).toBeUndefined();
    await closed;
  });

  it('44: names the last call that it takes when it goes, and answers that', async () => {
    const { grpc, receiver, pipeline } = await start();
    let release: () => void = () => undefined;
    pipeline.answerWith(() => new Promise((resolve) => (release = resolve)));
    const client = new RawGrpc(grpc);
    const goodbye = client.goodbye();
    const stream = client.open();
    const answer = answerOf(stream.end(framed(traces())));
    await pipeline.came(1);
    const stopped = receiver.shutdown(new AbortController().signal);
    expect(await goodbye).toMatchObject({ code: 0, lastStreamId: stream.id });
    release();
    expect((await answer).code).toBe('0');
    await stopped;
  });

  it('that a client leaves in the middle frees what its calls held', async () => {
    const { grpc, pipeline } = await start({ grpc: { max_concurrent_streams: 1000 } });
    for (let round = 0; round < 20; round += 1) {
      const client = new RawGrpc(grpc);
      const streams = Array.from({ length: 20 }, () => client.open());
      const half = framed(traces(2000)).subarray(0, 50_000);
      await Promise.all(
        streams.map((stream) => new Promise<void>((done) => stream.write(half, () => done()))),
      );
      client.session.destroy();
    }
    // Together they held far more than there is room for at one time.
    expect((await new RawClient(grpc).export(traces(2000))).code).toBe(0);
    expect(pipeline.taken).toHaveLength(1);
  });
});
