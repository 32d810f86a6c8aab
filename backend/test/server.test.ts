import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiErrorSchema } from '../src/api/answers.ts';
import { StatusSchema } from '../src/api/status/schema.ts';
import { type RunningBackend, rawRequest, runBackend } from './backend-fixture.ts';

let web: string;
let running: RunningBackend;

const INLINE = '{ window.start = 1; }';

beforeAll(async () => {
  web = await mkdtemp(join(tmpdir(), 'sonde-web-'));
  mkdirSync(join(web, '_app/immutable'), { recursive: true });
  writeFileSync(
    join(web, 'index.html'),
    `<!doctype html><html><body><script type="module">${INLINE}</script></body></html>`,
  );
  writeFileSync(
    join(web, '_app/immutable/app.abc123.js'),
    `export const x = 1;${' '.repeat(4000)}`,
  );
  writeFileSync(join(web, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  running = await runBackend({ webDirectory: web });
});
afterAll(async () => {
  await running.close();
  await rm(web, { recursive: true, force: true });
});

const json = (body: Buffer): unknown => JSON.parse(body.toString('utf8'));

describe('the guards', () => {
  it('send headers that keep a page from being framed, sniffed or fed foreign scripts', async () => {
    const { headers } = await rawRequest(`${running.url}/api/v1/settings`);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
  });

  it.each(['evil.example', 'evil.example:8080', 'localhost.evil.example', 'x@localhost'])(
    'refuse the host name "%s" on loopback',
    async (host) => {
      const answer = await rawRequest(`${running.url}/api/v1/settings`, { headers: { host } });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      const page = await rawRequest(running.url, { headers: { host } });
      expect(page.status).toBeGreaterThanOrEqual(400);
      if (host === 'evil.example') {
        expect(json(answer.body)).toMatchObject({ error: { code: 'HOST_NOT_ALLOWED' } });
      }
    },
  );

  it.each(['localhost', 'LOCALHOST:8080', '127.0.0.1:1', '[::1]:8080', 'sonde.localhost'])(
    'serve the host name "%s"',
    async (host) => {
      const answer = await rawRequest(`${running.url}/api/v1/settings`, { headers: { host } });
      expect(answer.status).toBe(200);
    },
  );

  it('serve host names that are configured', async () => {
    const own = await runBackend({ allowedHosts: ['Sonde.Example'] });
    const headers = { host: 'sonde.example:8080' };
    expect((await rawRequest(`${own.url}/api/v1/settings`, { headers })).status).toBe(200);
    headers.host = 'other.example';
    expect((await rawRequest(`${own.url}/api/v1/settings`, { headers })).status).toBe(403);
    await own.close();
  });

  it('refuse a body over the limit, with and without a length', async () => {
    const own = await runBackend({ limits: { bodyBytesMax: 100 } });
    const body = `{"a":"${'x'.repeat(200)}"}`;
    const headers = { 'content-type': 'application/json' };
    const options = { method: 'PUT', body, headers };
    const known = await rawRequest(`${own.url}/api/v1/settings`, options);
    expect(known.status).toBe(413);
    expect(json(known.body)).toMatchObject({ error: { code: 'TOO_LARGE' } });
    const chunked = { ...options, headers: { ...headers, 'transfer-encoding': 'chunked' } };
    expect((await rawRequest(`${own.url}/api/v1/settings`, chunked)).status).toBe(413);
    await own.close();
  });

  it('compress JSON for those who take gzip, and only when it is large', async () => {
    const headers = { 'accept-encoding': 'br, gzip' };
    const large = await rawRequest(`${running.url}/api/v1/openapi.json`, { headers });
    expect(large.headers['content-encoding']).toBe('gzip');
    expect(json(gunzipSync(large.body))).toMatchObject({ openapi: '3.1.0' });
    const plain = await rawRequest(`${running.url}/api/v1/openapi.json`);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers['vary']).toContain('Accept-Encoding');
    const small = await rawRequest(`${running.url}/api/v1/settings`, { headers });
    expect(small.headers['content-encoding']).toBeUndefined();
  });
});

describe('errors', () => {
  it.each([
    ['POST', 'services'],
    ['DELETE', 'services/x'],
    ['PATCH', 'settings'],
    ['PUT', 'status'],
  ])('of %s %s say which methods it takes', async (method, path) => {
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const answer = await rawRequest(`${running.url}/api/v1/${path}`, { method, headers });
      expect(answer.status).toBe(405);
      expect(json(answer.body)).toMatchObject({ error: { code: 'METHOD_NOT_ALLOWED' } });
      expect(answer.headers['allow']).toBe(path === 'settings' ? 'GET, PUT' : 'GET');
    }
  });

  it('of unknown paths below /api are JSON with a hint', async () => {
    const answer = await rawRequest(`${running.url}/api/v1/nothing`);
    expect(answer.status).toBe(404);
    const { error } = ApiErrorSchema.parse(json(answer.body));
    expect(error.code).toBe('NOT_FOUND');
    expect(error.hint).toContain('/api/docs');
  });

  it.each([
    ['from=tomorrow', '`from` must be one of `now`'],
    ['from=now&to=now-1h', '`from` must be before `to`'],
    ['from=now-500d', 'at most 400 days'],
    ['form=now-1h', 'unknown: `form`'],
    ['from=now-1h&from=now-2h', '`from`'],
  ])('of the range %s say what is allowed', async (query, words) => {
    const answer = await rawRequest(`${running.url}/api/v1/services?${query}`);
    expect(answer.status).toBe(400);
    const { error } = ApiErrorSchema.parse(json(answer.body));
    expect(error.code).toBe('BAD_REQUEST');
    expect(error.message).toContain(words);
  });

  it.each([
    ['traces?limit=0', '`limit` must be a whole number from 1 to 1000'],
    ['traces?minDurationNs=-1', '`minDurationNs` must be a whole number'],
    ['traces?errorsOnly=maybe', '`errorsOnly`'],
    ['traces/xyz', '`traceId` must be 32 hex digits'],
    ['logs?traceId=12', '`traceId` must be 32 hex digits'],
    ['logs?minSeverity=25', 'from 1 to 24'],
    ['metrics/query', '`name` must name a metric'],
    ['metrics/query?name=x&aggregation=median', '`aggregation`'],
    ['metrics/query?name=x&from=1790000000000&to=1790086400000&stepMs=1000', 'at least 57600'],
    ['settings/versions/x', '`version` must be a whole number'],
    ['traces?cursor=nonsense', '`cursor` is not one'],
    ['logs?cursor=nonsense', '`cursor` is not one'],
  ])('of %s name the parameter', async (path, words) => {
    const answer = await rawRequest(`${running.url}/api/v1/${path}`);
    expect(answer.status).toBe(400);
    expect(ApiErrorSchema.parse(json(answer.body)).error.message).toContain(words);
  });

  it.each(['services', 'services/x', 'traces', 'logs', 'metrics', 'metrics/query?name=x'])(
    'of %s are 503 with a hint when the store is down',
    async (path) => {
      const answer = await rawRequest(`${running.url}/api/v1/${path}`);
      expect(answer.status).toBe(503);
      const { error } = ApiErrorSchema.parse(json(answer.body));
      expect(error.code).toBe('STORE_UNAVAILABLE');
      expect(error.hint).toContain('/api/v1/status');
    },
  );
});

describe('the status', () => {
  it('answers when the store and every part is down, and says which', async () => {
    const health = createServer((_incoming, outgoing) => outgoing.writeHead(204).end());
    const metrics = createServer((_incoming, outgoing) => outgoing.end('lag{p="0"} 4\nlag 3\n'));
    const ports = await Promise.all([health, metrics].map(listen));
    const own = await runBackend({
      sources: {
        parts: [
          {
            name: 'gateway',
            health: { url: `http://127.0.0.1:${ports[0]}`, detail: 'takes OTLP' },
          },
          { name: 'agent', health: { url: 'http://127.0.0.1:9', detail: 'sees' } },
          { name: 'disk', health: async () => ({ state: 'degraded', detail: '91 % full' }) },
        ],
        bufferLag: { urls: [`http://127.0.0.1:${ports[1]}`], metrics: ['lag'] },
        deadLetters: () => Promise.reject(new Error('no topic')),
      },
    });
    const answer = await rawRequest(`${own.url}/api/v1/status`);
    expect(answer.status).toBe(200);
    const status = StatusSchema.parse(json(answer.body));
    expect(status.bufferLag).toBe(7);
    expect(status.deadLetters).toBe(0);
    const states = Object.fromEntries(status.parts.map(({ name, state }) => [name, state]));
    expect(states).toEqual({
      store: 'down',
      backend: 'ok',
      gateway: 'ok',
      agent: 'down',
      disk: 'degraded',
      'dead letters': 'degraded',
    });
    await own.close();
    health.close();
    metrics.close();
  });
});

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

describe('the page', () => {
  it('comes with a policy that allows its own inline script and no other', async () => {
    const answer = await rawRequest(running.url);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-cache');
    // printf '{ window.start = 1; }' | openssl dgst -sha256 -binary | base64
    expect(answer.headers['content-security-policy']).toContain(
      "script-src 'self' 'sha256-VTdw63VOK/IfAIsNDt3Uh3ZB8hwQRG+sX/2sxbWAJP4=';",
    );
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it('is sent for every path it routes itself', async () => {
    const headers = { accept: 'text/html,*/*' };
    const answer = await rawRequest(`${running.url}/services/a.b%2Fc`, { headers });
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toContain(INLINE);
  });

  it('keeps hashed files for ever and packs them', async () => {
    const path = `${running.url}/_app/immutable/app.abc123.js`;
    const answer = await rawRequest(path, { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(answer.body).toString()).toContain('export const x');
    const plain = await rawRequest(path);
    expect(plain.body.toString()).toContain('export const x');
  });

  it('answers 304 to those who have the file', async () => {
    const first = await rawRequest(`${running.url}/favicon.svg`);
    const etag = String(first.headers['etag']);
    const headers = { 'if-none-match': etag };
    const second = await rawRequest(`${running.url}/favicon.svg`, { headers });
    expect([second.status, second.body.length]).toEqual([304, 0]);
  });

  it.each(['/_app/immutable/gone.js', '/favicon.ico', '/..%2f..%2fetc/passwd.txt', '/%E0.js'])(
    'has nothing at %s',
    async (path) => {
      expect((await rawRequest(`${running.url}${path}`)).status).toBe(404);
    },
  );

  it('takes GET and HEAD alone', async () => {
    const head = await rawRequest(running.url, { method: 'HEAD' });
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect((await rawRequest(running.url, { method: 'POST' })).status).toBe(405);
  });

  it('that is not built says so, and the API is there all the same', async () => {
    const own = await runBackend({ webDirectory: join(web, 'missing') });
    expect((await rawRequest(own.url)).body.toString()).toContain('npm run build');
    expect((await rawRequest(`${own.url}/api/v1/settings`)).status).toBe(200);
    expect(own.log.join()).toContain('the page is not served');
    await own.close();
  });
});

describe('closing', () => {
  it('is the same twice, and ends kept connections', async () => {
    const own = await runBackend();
    const socket = connect(own.backend.port, '127.0.0.1');
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write('GET /api/v1/settings HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    await Promise.all([own.close(), own.backend.close(), ended]);
  });

  it('of a backend whose port is taken leaves nothing behind', async () => {
    await expect(runBackend({ port: running.backend.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
