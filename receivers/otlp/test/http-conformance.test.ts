import { execFile } from 'node:child_process';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { SondeError } from '@sonde/pipeline';
import { describe, expect, it } from 'vitest';
import { JSON_TYPE, PROTOBUF, send, start } from './harness.ts';
import { logs, metrics, readStatus, traces } from './otlp-bytes.ts';

// One test a line of the OTLP checklist that applies to a server speaking HTTP; the number is the line's.
/** Sends ten bodies of 30 MiB, one after the other, and says what became of each. */
const BLIND_WRITER = `
const { request } = require('node:http');
const body = Buffer.alloc(30 * 1024 * 1024);
const send = (left) => {
  if (left === 0) return;
  let isSaid = false;
  const said = (word) => {
    if (isSaid) return;
    isSaid = true;
    console.log(word);
    send(left - 1);
  };
  const headers = { 'content-type': 'application/x-protobuf' };
  const sent = request('http://' + process.argv[1] + '/v1/traces', { method: 'POST', headers }, (answer) => {
    said(answer.statusCode);
    answer.resume();
  });
  sent.once('error', (error) => said(error.code));
  sent.end(body);
};
send(10);
`;

describe('OTLP over HTTP', () => {
  it('2: takes each signal on its path, whole and in protobuf', async () => {
    const { http, pipeline } = await start();
    const sent = { traces: traces(3), metrics: metrics(), logs: logs() };
    for (const [signal, body] of Object.entries(sent)) {
      expect((await send(http, { path: `/v1/${signal}`, body })).status).toBe(200);
    }
    expect(pipeline.taken.map(({ signal }) => signal)).toEqual(['traces', 'metrics', 'logs']);
    expect(pipeline.taken.map(({ itemCount }) => itemCount)).toEqual([3, 1, 1]);
    for (const { requests, signal, transport } of pipeline.taken) {
      expect(transport).toBe('http');
      expect(requests).toHaveLength(1);
      expect(Buffer.from(requests[0]?.bytes ?? []).equals(Reflect.get(sent, signal))).toBe(true);
      expect(requests[0]?.tenant).toBe('default');
      expect(Math.abs(Date.now() - (requests[0]?.receivedUnixMs ?? 0))).toBeLessThan(60_000);
    }
    expect(pipeline.taken[0]?.columns()).toMatchObject({ signal: 'traces', count: 3 });
  });

  it('3: takes paths that the configuration names, with or without the first slash', async () => {
    const { http, pipeline } = await start({ http: { traces_url_path: 'own/spans' } });
    expect((await send(http, { path: '/own/spans?x=1', body: traces() })).status).toBe(200);
    expect((await send(http, { path: '/v1/traces', body: traces() })).status).toBe(404);
    expect(pipeline.taken).toHaveLength(1);
  });

  it('4: answers another method with 405 and its text', async () => {
    const { http } = await start();
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await send(http, { method });
      expect(answer.status).toBe(405);
      expect(answer.headers['content-type']).toBe('text/plain');
      expect(answer.text).toBe('405 method not allowed, supported: [POST]');
    }
  });

  it('5: answers another or no content type with 415 and its text', async () => {
    const { http, pipeline } = await start();
    for (const headers of [{}, { 'content-type': 'text/plain' }, { 'content-type': '' }]) {
      const answer = await send(http, { headers, body: traces() });
      expect(answer.status).toBe(415);
      expect(answer.headers['content-type']).toBe('text/plain');
      expect(answer.text).toBe(
        '415 unsupported media type, supported: [application/json, application/x-protobuf]',
      );
    }
    const headers = { 'content-type': 'Application/X-Protobuf; charset=utf-8' };
    expect((await send(http, { headers, body: traces() })).status).toBe(200);
    expect(pipeline.taken).toHaveLength(1);
  });

  it('7: answers a signal that no pipeline wants with 404, and an unknown path too', async () => {
    const { http, pipeline } = await start({ signals: ['traces'] });
    const answer = await send(http, { path: '/v1/logs', body: logs() });
    expect(answer.status).toBe(404);
    expect(readStatus(answer.body).code).toBe(12);
    const unknown = await send(http, { path: '/v2/logs', body: logs() });
    expect(unknown.status).toBe(404);
    expect(unknown.text).toBe('404 page not found');
    expect(pipeline.taken).toHaveLength(0);
  });

  it('8: keeps connections alive between requests', async () => {
    const { http } = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    agent.on('free', (socket) => sockets.add(socket));
    for (let i = 0; i < 3; i += 1) {
      expect((await send(http, { body: traces(), agent })).status).toBe(200);
    }
    expect(sockets.size).toBe(1);
    agent.destroy();
  });

  it('9: answers CORS preflights of allowed origins only', async () => {
    const { http } = await start({
      http: {
        cors: {
          allowed_origins: ['https://*.example.com'],
          allowed_headers: ['X-Own'],
          max_age: 7200,
        },
      },
    });
    const preflight = (origin: string, wanted: string): ReturnType<typeof send> =>
      send(http, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': wanted,
        },
      });
    const granted = await preflight('https://app.example.com', 'content-type,x-own');
    expect(granted.status).toBe(204);
    expect(granted.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type,x-own',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '7200',
    });
    for (const [origin, wanted] of [
      ['https://example.org', 'content-type'],
      ['https://app.example.com.evil.org', 'content-type'],
      ['https://app.example.com', 'x-other'],
    ] as const) {
      const refused = await preflight(origin, wanted);
      expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    }
    const origin = 'https://app.example.com';
    const sent = await send(http, { headers: { ...PROTOBUF, origin }, body: traces() });
    expect(sent.headers['access-control-allow-origin']).toBe(origin);
  });

  it('11: unpacks gzip, deflate (zlib) and identity, and names other encodings', async () => {
    const { http, pipeline } = await start();
    const body = traces(2);
    const packed = {
      gzip: gzipSync(body),
      deflate: deflateSync(body),
      zlib: deflateSync(body),
      identity: body,
    };
    for (const [encoding, bytes] of Object.entries(packed)) {
      const headers = { ...PROTOBUF, 'content-encoding': encoding };
      expect((await send(http, { headers, body: bytes })).status).toBe(200);
    }
    for (const { requests } of pipeline.taken) {
      expect(Buffer.from(requests[0]?.bytes ?? []).equals(body)).toBe(true);
    }
    expect(pipeline.taken).toHaveLength(4);
    const headers = { ...PROTOBUF, 'content-encoding': 'br' };
    const answer = await send(http, { headers, body: brotliCompressSync(body) });
    expect(answer.status).toBe(400);
    expect(readStatus(answer.body)).toMatchObject({
      code: 3,
      message: 'unsupported Content-Encoding: br',
    });
  });

  it('13: answers cut and corrupt gzip with 400', async () => {
    const { http, pipeline } = await start();
    const whole = gzipSync(traces(50));
    const corrupt = Buffer.from(whole);
    corrupt.fill(0xff, 20, 40);
    for (const body of [whole.subarray(0, -5), whole.subarray(0, 12), corrupt, traces()]) {
      const answer = await send(http, {
        headers: { ...PROTOBUF, 'content-encoding': 'gzip' },
        body,
      });
      expect(answer.status).toBe(400);
      expect(readStatus(answer.body).code).toBe(3);
    }
    expect(pipeline.taken).toHaveLength(0);
  });

  it('23: keeps text that is no UTF-8 as it came', async () => {
    const { http, pipeline } = await start();
    const text = traces(1, 'broken').toString('latin1').replace('broken', 'br\xff\xfeen');
    const raw = Buffer.from(text, 'latin1');
    expect((await send(http, { body: raw })).status).toBe(200);
    expect(Buffer.from(pipeline.taken[0]?.requests[0]?.bytes ?? []).equals(raw)).toBe(true);
  });

  it('25: answers full success with an empty message, partial success unset', async () => {
    const { http } = await start();
    const answer = await send(http, { body: traces() });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/x-protobuf');
    expect(answer.body).toHaveLength(0);
  });

  it('26: acknowledges an empty request without calling the pipeline', async () => {
    const { http, pipeline } = await start();
    // Nothing at all, and a resource without spans.
    for (const body of [Buffer.alloc(0), Buffer.from([0x0a, 0x00])]) {
      expect((await send(http, { body })).status).toBe(200);
    }
    expect(pipeline.taken).toHaveLength(0);
  });

  it('31: answers bytes that are not OTLP with 400, and says where', async () => {
    const { http, pipeline } = await start();
    for (const body of [
      Buffer.from('hello'),
      traces().subarray(0, -3),
      Buffer.from([0x0a, 0x7f]),
    ]) {
      const answer = await send(http, { body });
      expect(answer.status).toBe(400);
      expect(answer.headers['content-type']).toBe('application/x-protobuf');
      const { code, message } = readStatus(answer.body);
      expect(code).toBe(3);
      expect(message).toContain('malformed OTLP at byte');
    }
    expect(pipeline.taken).toHaveLength(0);
  });

  it('29: answers in the encoding of the request', async () => {
    const { http } = await start();
    const packed = await send(http, { body: traces().subarray(0, -3) });
    expect(packed.headers['content-type']).toBe('application/x-protobuf');
    expect(readStatus(packed.body)).toMatchObject({ code: 3, message: expect.stringMatching(/./) });
    const answer = await send(http, { headers: JSON_TYPE, body: '{"resourceSpans": 5' });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.text)).toMatchObject({ code: 3, message: expect.any(String) });
  });

  it('32: answers a body over the limit with 413, declared or not', async () => {
    const { http, pipeline } = await start({ http: { max_request_body_size: 1000 } });
    const body = traces(200);
    const declared = await send(http, { body });
    expect(declared.status).toBe(413);
    expect(readStatus(declared.body).code).toBe(8);
    const headers = { ...PROTOBUF, 'transfer-encoding': 'chunked' };
    expect((await send(http, { headers, body })).status).toBe(413);
    expect(pipeline.taken).toHaveLength(0);
  });

  it('32: is heard by a client that writes all of its body before it reads', async () => {
    const { http } = await start();
    // In a process of its own: here the answer would be read between two writes.
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', BLIND_WRITER, http]);
    expect(stdout.trim().split('\n')).toEqual(Array(10).fill('413'));
  });

  it('32: refuses before the body comes when the sender asks first', async () => {
    const { http } = await start({ http: { max_request_body_size: 1000 } });
    const { port } = new URL(`http://${http}`);
    const socket = connect(Number(port), '127.0.0.1');
    const head = 'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n';
    const received = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      socket.on('close', () => resolve(text));
    });
    socket.write(`${head}Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n`);
    const text = await received;
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('33: applies the limit to what a body unpacks to', async () => {
    const { http, pipeline } = await start({ http: { max_request_body_size: 100_000 } });
    const body = gzipSync(Buffer.alloc(50_000_000));
    expect(body.length).toBeLessThan(100_000);
    const headers = { ...PROTOBUF, 'content-encoding': 'gzip' };
    const answer = await send(http, { headers, body });
    expect(answer.status).toBe(413);
    expect(readStatus(answer.body).code).toBe(8);
    expect(pipeline.taken).toHaveLength(0);
  });

  it('34: gives the answer of the table for each failure of the pipeline', async () => {
    const { http, pipeline } = await start();
    const table = [
      ['INVALID_DATA', 400, 3],
      ['TOO_LARGE', 413, 8],
      ['UNAUTHENTICATED', 401, 16],
      ['PERMISSION_DENIED', 403, 7],
      ['UNIMPLEMENTED', 404, 12],
      ['OVERLOADED', 503, 14],
      ['UNAVAILABLE', 503, 14],
      ['DEADLINE_EXCEEDED', 503, 4],
      ['SHUTTING_DOWN', 503, 14],
      ['INTERNAL', 500, 13],
    ] as const;
    for (const [code, status, grpcCode] of table) {
      const message = 'not now';
      pipeline.answerWith(() => Promise.reject(new SondeError(code, message)));
      const answer = await send(http, { body: traces() });
      expect(answer.status).toBe(status);
      expect(readStatus(answer.body)).toEqual({ code: grpcCode, message, retryMs: undefined });
      expect(answer.headers['retry-after']).toBeUndefined();
    }
    pipeline.answerWith(() => Promise.reject(new Error('a bug')));
    expect((await send(http, { body: traces() })).status).toBe(500);
  });

  it('34: asks the authenticator, whose word alone names the tenant', async () => {
    const { http, pipeline } = await start({
      http: { auth: { authenticator: 'ingest_tokens' } },
      authenticator: {
        authenticate: async ({ headers, peer }) => {
          expect(peer).toBe('127.0.0.1');
          if (headers['authorization'] === 'Bearer good') return { tenant: 'acme' };
          throw new SondeError('UNAUTHENTICATED', 'no or wrong token');
        },
      },
    });
    const refused = await send(http, {
      headers: { ...PROTOBUF, 'x-tenant': 'acme' },
      body: traces(),
    });
    expect(refused.status).toBe(401);
    expect(readStatus(refused.body)).toMatchObject({ code: 16, message: 'no or wrong token' });
    const headers = { ...PROTOBUF, authorization: 'Bearer good', 'x-tenant': 'other' };
    expect((await send(http, { headers, body: traces() })).status).toBe(200);
    expect(pipeline.taken.map(({ requests }) => requests[0]?.tenant)).toEqual(['acme']);
  });

  it('36: says when to come back where that is known', async () => {
    const { http, pipeline } = await start();
    const busy = new SondeError('OVERLOADED', 'full', { retryAfterMs: 2500 });
    pipeline.answerWith(() => Promise.reject(busy));
    const answer = await send(http, { body: traces() });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('3');
    expect(readStatus(answer.body).retryMs).toBe(2500);
  });

  it('38: cuts the text of an error', async () => {
    const { http, pipeline } = await start();
    const message = `${'x'.repeat(2047)}\u{1f525}${'y'.repeat(100_000)}`;
    pipeline.answerWith(() => Promise.reject(new SondeError('INTERNAL', message)));
    const answer = await send(http, { body: traces() });
    expect(readStatus(answer.body).message).toBe('x'.repeat(2047));
  });

  it('39: answers only after the pipeline has taken the data', async () => {
    const { http, pipeline } = await start();
    let release: () => void = () => undefined;
    pipeline.answerWith(() => new Promise((resolve) => (release = resolve)));
    let isAnswered = false;
    const answered = send(http, { body: traces() }).then((answer) => {
      isAnswered = true;
      return answer;
    });
    await pipeline.came(1);
    // Another request comes and goes meanwhile: the first one's answer had its chance.
    expect((await send(http, { method: 'GET' })).status).toBe(405);
    expect(isAnswered).toBe(false);
    release();
    expect((await answered).status).toBe(200);
  });

  it('43: acknowledges nothing of a request whose sender goes away in the middle', async () => {
    const { http, pipeline } = await start();
    const body = traces(100);
    const { port } = new URL(`http://${http}`);
    const socket = connect(Number(port), '127.0.0.1');
    const head = 'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n';
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n`);
    await new Promise<void>((resolve) => socket.write(body.subarray(0, 1000), () => resolve()));
    socket.destroy();
    // A second, whole request shows that the server went on and that the first left nothing.
    expect((await send(http, { body: traces(7) })).status).toBe(200);
    expect(pipeline.taken.map(({ itemCount }) => itemCount)).toEqual([7]);
  });

  it('sends the headers that the configuration names with every answer', async () => {
    const { http } = await start({ http: { response_headers: { 'x-served-by': 'sonde' } } });
    expect((await send(http, { body: traces() })).headers['x-served-by']).toBe('sonde');
    expect((await send(http, { method: 'GET' })).headers['x-served-by']).toBe('sonde');
  });
});
