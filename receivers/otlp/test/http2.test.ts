import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { SondeError } from '@sonde/pipeline';
import { describe, expect, it } from 'vitest';
import { folder, makePair } from './certificates.ts';
import { JSON_TYPE, NO_DEADLINE, PROTOBUF, type StartOptions, start } from './harness.ts';
import { answerOf, connectHttp2, sendHttp2 } from './http2-client.ts';
import { sendAndReset } from './http2-frames.ts';
import { traces } from './otlp-bytes.ts';

const run = promisify(execFile);

async function startHttp2(options: StartOptions = {}) {
  const pair = makePair(folder(), 'server');
  const tls = { cert_file: pair.certFile, key_file: pair.keyFile };
  const started = await start({ ...options, http: { ...options.http, tls } });
  const session = await connectHttp2(started.http, pair.cert);
  return { ...started, session, pair };
}

/** What curl prints of the version and the status; rejects when there is no answer. */
async function curl(url: string, how: readonly string[]): Promise<string> {
  const shown = ['-s', '-o', '/dev/null', '-w', '%{http_version} %{response_code}'];
  const sent = ['-H', 'content-type: application/json', '-d', '{}', '--max-time', '10'];
  const { stdout } = await run('curl', [...shown, ...sent, ...how, url]);
  return stdout;
}

describe('OTLP over HTTP/2', () => {
  it('8: is spoken with whoever chooses it by ALPN, and HTTP/1.1 with others', async () => {
    const { http, session, pair, pipeline } = await startHttp2();
    expect(session.alpnProtocol).toBe('h2');
    expect((await sendHttp2(session, PROTOBUF, traces(3))).status).toBe(200);
    const options = { method: 'POST', headers: PROTOBUF, agent: false, ca: pair.cert };
    const older = request(`https://${http}/v1/traces`, options).end(traces(2));
    const [answer] = await once(older, 'response');
    answer.resume();
    expect([answer.httpVersion, answer.statusCode]).toEqual(['1.1', 200]);
    expect(pipeline.taken.map(({ itemCount }) => itemCount)).toEqual([3, 2]);
  });

  it('8: is what curl chooses over TLS, and never spoken in plaintext, as upstream', async () => {
    const { http, pair } = await startHttp2();
    const url = `https://${http}/v1/traces`;
    const trust = ['--cacert', pair.certFile];
    expect(await curl(url, [...trust, '--http2'])).toBe('2 200');
    expect(await curl(url, [...trust, '--http1.1'])).toBe('1.1 200');
    const plain = await start();
    const plainUrl = `http://${plain.http}/v1/traces`;
    expect(await curl(plainUrl, ['--http2'])).toBe('1.1 200');
    await expect(curl(plainUrl, ['--http2-prior-knowledge'])).rejects.toThrow();
  });

  it('answers with the same texts and codes', async () => {
    const { session } = await startHttp2();
    const put = await sendHttp2(session, { ...PROTOBUF, ':method': 'PUT' }, traces());
    expect([put.status, put.text, put.headers['allow']]).toEqual([
      405,
      '405 method not allowed, supported: [POST]',
      'POST',
    ]);
    expect((await sendHttp2(session, { 'content-type': 'text/plain' }, traces())).status).toBe(415);
    const unknown = await sendHttp2(session, { ...PROTOBUF, ':path': '/v2/traces' }, traces());
    expect([unknown.status, unknown.text]).toEqual([404, '404 page not found']);
    const full = await sendHttp2(session, JSON_TYPE, '{}');
    expect([full.status, full.text]).toEqual([200, '{"partialSuccess":{}}']);
    expect((await sendHttp2(session, PROTOBUF, 'no OTLP')).status).toBe(400);
  });

  it('unpacks bodies, and keeps to the limits of packed and unpacked ones', async () => {
    const { session, pipeline } = await startHttp2({ http: { max_request_body_size: 1000 } });
    const gzip = { ...PROTOBUF, 'content-encoding': 'gzip' };
    expect((await sendHttp2(session, gzip, gzipSync(traces(2)))).status).toBe(200);
    expect((await sendHttp2(session, gzip, gzipSync(Buffer.alloc(9000)))).status).toBe(413);
    const declared = { ...PROTOBUF, 'content-length': '5000' };
    expect((await sendHttp2(session, declared, Buffer.alloc(5000))).status).toBe(413);
    expect((await sendHttp2(session, PROTOBUF, Buffer.alloc(5000))).status).toBe(413);
    // The connection outlives those refusals.
    expect((await sendHttp2(session, PROTOBUF, traces(3))).status).toBe(200);
    expect(pipeline.taken.map(({ itemCount }) => itemCount)).toEqual([2, 3]);
  });

  it('asks the authenticator, and grants allowed origins', async () => {
    const { session } = await startHttp2({
      http: {
        auth: { authenticator: 'tokens' },
        cors: { allowed_origins: ['https://shop.example'] },
      },
      authenticator: {
        authenticate: ({ headers }) =>
          headers['authorization'] === 'Bearer good'
            ? Promise.resolve({ tenant: 'acme' })
            : Promise.reject(new SondeError('UNAUTHENTICATED', 'no token')),
      },
    });
    expect((await sendHttp2(session, PROTOBUF, traces())).status).toBe(401);
    const origin = 'https://shop.example';
    const good = { ...PROTOBUF, authorization: 'Bearer good', origin };
    const taken = await sendHttp2(session, good, traces());
    expect(taken.status).toBe(200);
    expect(taken.headers['access-control-allow-origin']).toBe(origin);
    const asked = { origin, 'access-control-request-method': 'POST' };
    const preflight = await sendHttp2(session, { ...asked, ':method': 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-methods']).toBe('POST');
  });

  it('brings the headers of a request with its data, and its authority as the host', async () => {
    const { http, session, pipeline } = await startHttp2({ http: { include_metadata: true } });
    await sendHttp2(session, { ...PROTOBUF, 'X-Tenant': 'acme' }, traces());
    const client = pipeline.taken[0]?.client;
    expect(client?.address).toBe('127.0.0.1');
    expect(client?.metadata.get('x-tenant')).toEqual(['acme']);
    expect(client?.metadata.get('host')).toEqual([http]);
  });

  it('serves more requests at once on one connection than it lets in at a time', async () => {
    const { session, pipeline } = await startHttp2();
    const sent = Array.from({ length: 400 }, () => sendHttp2(session, PROTOBUF, traces()));
    const answers = await Promise.all(sent);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(pipeline.taken).toHaveLength(400);
    expect(session.remoteSettings.maxConcurrentStreams).toBe(250);
  });

  it('acknowledges nothing of a request whose sender goes away in the middle', async () => {
    const { http, session, pair, pipeline } = await startHttp2();
    const cancelled = 8;
    for (const code of [0, cancelled]) {
      await sendAndReset(http, { ca: pair.cert, body: traces(2), code });
    }
    const stream = session.request({ ...PROTOBUF, ':method': 'POST', ':path': '/v1/traces' });
    const failed = expect(answerOf(stream)).rejects.toThrow();
    stream.write(traces(2));
    // The server has seen what was sent before an answer to a later request.
    await sendHttp2(session, PROTOBUF, traces());
    session.destroy();
    await failed;
    await sendHttp2(await connectHttp2(http, pair.cert), PROTOBUF, traces());
    expect(pipeline.taken.map(({ itemCount }) => itemCount)).toEqual([1, 1]);
  });

  it('cuts a body that takes too long, and the connection serves others', async () => {
    const { session, pipeline } = await startHttp2({ http: { read_timeout: '50ms' } });
    const stream = session.request({ ...PROTOBUF, ':method': 'POST', ':path': '/v1/traces' });
    const cut = answerOf(stream);
    stream.write(traces());
    await expect(cut).rejects.toThrow('8');
    expect((await sendHttp2(session, PROTOBUF, traces())).status).toBe(200);
    expect(pipeline.taken).toHaveLength(1);
  });

  it('refuses headers without end', async () => {
    const { session, pipeline } = await startHttp2();
    const large = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`x-${i}`, 'v'.repeat(8000)]),
    );
    const refused = sendHttp2(session, { ...PROTOBUF, ...large }, traces());
    await expect(refused).rejects.toThrow();
    expect(pipeline.taken).toHaveLength(0);
  });

  it('44: answers what is in flight when it stops, and cuts it at the deadline', async () => {
    for (const deadline of [NO_DEADLINE, AbortSignal.abort()]) {
      const { receiver, session, pipeline } = await startHttp2();
      let release = (): void => undefined;
      pipeline.answerWith(() => new Promise((resolve) => (release = resolve)));
      const answer = sendHttp2(session, PROTOBUF, traces());
      const settled = answer.then(({ status }) => status).catch(() => 'cut');
      await pipeline.came(1);
      const stopped = receiver.shutdown(deadline);
      if (!deadline.aborted) await once(session, 'goaway');
      release();
      await stopped;
      expect(await settled).toBe(deadline.aborted ? 'cut' : 200);
    }
  });

  it('ends a connection that is idle, or was used once where none is kept', async () => {
    const idle = await startHttp2({ http: { idle_timeout: '30ms' } });
    await once(idle.session, 'close');
    const { session } = await startHttp2({ http: { keep_alives_enabled: false } });
    const ended = once(session, 'close');
    expect((await sendHttp2(session, PROTOBUF, traces())).status).toBe(200);
    await ended;
  });
});
