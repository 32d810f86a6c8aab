import { execFileSync } from 'node:child_process';
import { Agent, request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { SondeError } from '@sonde/pipeline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { otlpConfig } from '../src/config.ts';
import { OtlpReceiver } from '../src/otlp-receiver.ts';
import { folder } from './certificates.ts';
import { RawClient } from './grpc-client.ts';
import { NO_DEADLINE, PROTOBUF, quietLogger, send, start } from './harness.ts';
import { hostWith } from './host.ts';
import { traces } from './otlp-bytes.ts';

function receiverOf(protocols: Record<string, unknown>): OtlpReceiver {
  const config = otlpConfig.parse({ protocols });
  return new OtlpReceiver(config, {}, { id: 'otlp', logger: quietLogger() });
}

describe('the life of the receiver', () => {
  it("says upstream's words when a port is taken, and leaves no port open", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      taken.close();
    });
    const bound = taken.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
    const words = `listen tcp 127.0.0.1:${port}: bind: address already in use`;
    const free = { endpoint: '127.0.0.1:0' };
    const busy = { endpoint: `127.0.0.1:${port}` };
    for (const protocols of [
      { grpc: busy, http: free },
      { grpc: free, http: busy },
    ]) {
      const receiver = receiverOf(protocols);
      await expect(receiver.start(hostWith())).rejects.toThrow(words);
      expect(receiver.addresses).toEqual({ grpc: undefined, http: undefined });
    }
  });

  it('holds on to no request once it was answered', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const { http, pipeline } = await start();
    const bodies: WeakRef<ArrayBufferLike>[] = [];
    pipeline.answerWith(async ({ requests }) => {
      for (const { bytes } of requests) bodies.push(new WeakRef(bytes.buffer));
    });
    // A short body is the piece that was read, a long one is put together.
    for (const [packing, spans] of [
      ['identity', 1],
      ['gzip', 5000],
      ['identity', 5000],
    ] as const) {
      const body = traces(spans);
      const sent = packing === 'gzip' ? gzipSync(body) : body;
      await send(http, { headers: { ...PROTOBUF, 'content-encoding': packing }, body: sent });
    }
    pipeline.taken.length = 0;
    expect(bodies).toHaveLength(3);
    const held = (): number => {
      collect();
      return bodies.filter((bytes) => bytes.deref() !== undefined).length;
    };
    await expect.poll(held, { timeout: 10_000 }).toBe(0);
  });

  it('listens on localhost by name, IPv4 first, and says where it listens', async () => {
    const { http, grpc, lines } = await start({
      http: { endpoint: 'localhost:0' },
      grpc: { endpoint: 'localhost:0' },
    });
    expect(http).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(lines.join('')).toContain(`Starting HTTP server\t{"endpoint":"${http}"}`);
    expect(lines.join('')).toContain(`Starting GRPC server\t{"endpoint":"${grpc}"}`);
  });

  it('does not start without the authenticator that it names', async () => {
    const receiver = receiverOf({
      http: { endpoint: '127.0.0.1:0', auth: { authenticator: 'nobody' } },
    });
    await expect(receiver.start(hostWith())).rejects.toThrow('failed to resolve authenticator');
  });

  it('10: listens on a Unix socket, also where a killed process left one behind', async () => {
    const socketPath = path.join(folder(), 'otlp.sock');
    const leave = `require('net').createServer().listen(${JSON.stringify(socketPath)}, () =>
      process.kill(process.pid, 'SIGKILL'))`;
    expect(() => execFileSync(process.execPath, ['-e', leave])).toThrow();
    const { pipeline } = await start({ http: { transport: 'unix', endpoint: socketPath } });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const options = { socketPath, path: '/v1/traces', method: 'POST', headers: PROTOBUF };
      const request = httpRequest(options, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject);
      request.end(traces());
    });
    expect(status).toBe(200);
    expect(pipeline.taken).toHaveLength(1);
  });

  it('44: answers what is in flight, takes nothing new, then is gone', async () => {
    const { receiver, pipeline, http, grpc } = await start();
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    pipeline.answerWith(() => released);
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const client = new RawClient(grpc);
    const byHttp = send(http, { body: traces(), agent });
    const byGrpc = client.export(traces());
    await pipeline.came(2);
    const stopped = receiver.shutdown(NO_DEADLINE);
    await expect(send(http, { body: traces() })).rejects.toThrow('ECONNREFUSED');
    release();
    const answer = await byHttp;
    expect(answer.status).toBe(200);
    expect((await byGrpc).code).toBe(0);
    await stopped;
    expect(pipeline.taken).toHaveLength(2);
    await expect(send(http, { body: traces(), agent })).rejects.toThrow();
    expect((await client.export(traces(), { timeoutMs: 2000 })).code).not.toBe(0);
  });

  it('44: loses nothing that it acknowledged when it stops under load', async () => {
    const { receiver, pipeline, http, grpc } = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    onTestFinished(() => agent.destroy());
    const client = new RawClient(grpc);
    let acknowledged = 0;
    let isStopping = false;
    const load = async (one: () => Promise<boolean>): Promise<void> => {
      // Bounded: a server that never stops would make the test fail by its count.
      for (let i = 0; i < 10_000 && !isStopping; i += 1) {
        if (await one().catch(() => false)) acknowledged += 1;
      }
    };
    const senders = [
      ...Array.from({ length: 4 }, () =>
        load(async () => (await send(http, { body: traces(), agent })).status === 200),
      ),
      ...Array.from({ length: 4 }, () =>
        load(async () => (await client.export(traces(), { timeoutMs: 1000 })).code === 0),
      ),
    ];
    await pipeline.came(200);
    await receiver.shutdown(NO_DEADLINE);
    isStopping = true;
    await Promise.all(senders);
    expect(acknowledged).toBeGreaterThanOrEqual(192);
    expect(pipeline.taken.length).toBeGreaterThanOrEqual(acknowledged);
  });

  it('cuts what is in flight when its deadline comes', async () => {
    const { receiver, pipeline, http, grpc } = await start();
    pipeline.answerWith(() => new Promise(() => undefined));
    const byHttp = expect(send(http, { body: traces() })).rejects.toThrow('socket hang up');
    const byGrpc = new RawClient(grpc).export(traces());
    await pipeline.came(2);
    const deadline = new AbortController();
    const stopped = receiver.shutdown(deadline.signal);
    deadline.abort();
    await stopped;
    await byHttp;
    expect((await byGrpc).code).toBe(14);
  });

  it('logs its own faults as errors and a refusal only for those who look', async () => {
    const { http, pipeline, lines } = await start();
    pipeline.answerWith(() => Promise.reject(new SondeError('UNAVAILABLE', 'away')));
    await send(http, { body: traces() });
    pipeline.answerWith(() => Promise.reject(new TypeError('a bug')));
    await send(http, { body: traces() });
    const told = lines.filter((line) => line.includes('Request '));
    expect(told.map((line) => line.split('\t')[1])).toEqual(['debug', 'error']);
  });
});
