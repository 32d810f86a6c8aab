import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchJson, requestUrl } from '../src/lib/api/fetch-json.ts';
import { isAbort, type RequestFailure, toRequestFailure } from '../src/lib/api/request-failure.ts';
import { isServices, isTraces } from '../src/lib/api/shapes.ts';

let server: Server | undefined;

/** A fetch whose root is a real server on loopback, as the page's is its origin. */
async function serve(listener: RequestListener): Promise<typeof fetch> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => {
    started.listen(0, '127.0.0.1', resolve);
  });
  const address = started.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return (input, init) => fetch(`http://127.0.0.1:${port}${String(input)}`, init);
}

function answer(status: number, body: string): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body);
  };
}

async function failureOf(promise: Promise<unknown>): Promise<RequestFailure> {
  try {
    await promise;
  } catch (cause) {
    return toRequestFailure(cause);
  }
  throw new Error('the request did not fail');
}

afterEach(async () => {
  const running = server;
  server = undefined;
  running?.closeAllConnections();
  await new Promise<void>((resolve) => {
    if (running === undefined) resolve();
    else running.close(() => resolve());
  });
});

describe('a request to the API', () => {
  it('brings the answer and sends the query by its names', async () => {
    const seen: (string | undefined)[] = [];
    const fetchFn = await serve((request, response) => {
      seen.push(request.url);
      answer(200, '{"traces":[],"cost":{}}')(request, response);
    });
    const query = { from: 1, to: 2, service: 'a b', errorsOnly: false, cursor: undefined };
    const body = await fetchJson({ path: '/traces', query, shape: isTraces }, fetchFn);
    expect(body.traces).toEqual([]);
    expect(seen).toEqual(['/api/v1/traces?from=1&to=2&service=a+b']);
  });

  it('fails with the code, the message and the hint of the API', async () => {
    const error = { code: 'QUERY_LIMIT', message: 'too much', hint: 'narrow it' };
    const fetchFn = await serve(answer(400, JSON.stringify({ error })));
    const failure = await failureOf(fetchJson({ path: '/traces', shape: isTraces }, fetchFn));
    expect(failure).toMatchObject({ ...error, away: false });
  });

  it('says that the API is away when nothing listens', async () => {
    const fetchFn = await serve(answer(200, '{}'));
    const closed = server;
    await new Promise<void>((resolve) => closed?.close(() => resolve()));
    const failure = await failureOf(fetchJson({ path: '/traces', shape: isTraces }, fetchFn));
    expect(failure).toMatchObject({ code: 'API_AWAY', away: true });
  });

  it('takes the 502 of a proxy as away, and a 503 of the API itself as its word', async () => {
    const proxy = await serve(answer(502, '<html>'));
    const away = await failureOf(fetchJson({ path: '/traces', shape: isTraces }, proxy));
    expect(away).toMatchObject({ code: 'HTTP_502', away: true });
    server?.closeAllConnections();
    server?.close();
    const body = '{"error":{"code":"STORE_UNAVAILABLE","message":"no store"}}';
    const api = await serve(answer(503, body));
    const spoken = await failureOf(fetchJson({ path: '/traces', shape: isTraces }, api));
    expect(spoken).toMatchObject({ code: 'STORE_UNAVAILABLE', away: false });
  });

  it('sends a change as JSON', async () => {
    let seen = '';
    const fetchFn = await serve(async (request, response) => {
      const { method, headers } = request;
      for await (const chunk of request) seen += String(chunk);
      seen = `${method} ${headers['content-type']} ${seen}`;
      answer(200, '{"traces":[],"cost":{}}')(request, response);
    });
    const change = { method: 'POST', body: { a: 1 } } as const;
    await fetchJson({ path: '/traces', shape: isTraces, ...change }, fetchFn);
    expect(seen).toBe('POST application/json {"a":1}');
  });

  it('refuses an answer of another shape and one that is no JSON', async () => {
    const fetchFn = await serve(answer(200, '{"services":{}}'));
    const other = await failureOf(fetchJson({ path: '/services', shape: isServices }, fetchFn));
    expect(other.code).toBe('UNEXPECTED_ANSWER');
    server?.closeAllConnections();
    server?.close();
    const page = await serve(answer(200, '<!doctype html>'));
    const html = await failureOf(fetchJson({ path: '/services', shape: isServices }, page));
    expect(html.code).toBe('UNEXPECTED_ANSWER');
  });

  it('passes an abort through as what it is', async () => {
    const controller = new AbortController();
    const fetchFn = await serve(() => controller.abort());
    const request = { path: '/traces', shape: isTraces, signal: controller.signal };
    await expect(fetchJson(request, fetchFn)).rejects.toSatisfy(isAbort);
  });

  it('leaves empty parameters out of the address', () => {
    expect(requestUrl('/logs', { text: '', from: 0, wrap: true })).toBe(
      '/api/v1/logs?from=0&wrap=true',
    );
    expect(requestUrl('/status')).toBe('/api/v1/status');
  });
});
