import { createServer } from 'node:http';
import { clientInfo, metadataValues } from '@sonde/pipeline';
import type { ClientRequest } from '@sonde/pipeline/clients';
import { requestBytes, telemetryOf } from '@sonde/pipeline/contract-suite';
import {
  encodeExportResponse,
  encodeRequest,
  encodeStatus,
  type RequestObjects,
  RpcCode,
  SIGNALS,
} from '@sonde/proto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Backend } from './backend.ts';
import { DIRECT, exporting, NO_DEADLINE, QUICK_RETRY } from './exporting.ts';

const BYTES = requestBytes('traces');
const TRACES = telemetryOf('traces', BYTES);
const CLIENT = clientInfo({ metadata: new Map([['x-org', ['acme']]]) });
const COMPRESSIONS = ['gzip', 'zlib', 'deflate', 'zstd', 'snappy', 'x-snappy-framed', 'lz4'];
const PROTOBUF = { 'content-type': 'application/x-protobuf' };

/** Of every kind of value whose form in JSON is laid down. */
const FULL_SPAN: RequestObjects['traces'] = {
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            {
              traceId: 'AB'.repeat(16),
              spanId: 'CD'.repeat(8),
              name: 's',
              kind: 2,
              startTimeUnixNano: 9223372036854775809n,
              endTimeUnixNano: 0n,
              attributes: [
                { key: 'i', value: { intValue: -9007199254740993n } },
                { key: 'd', value: { doubleValue: Number.NaN } },
                { key: 'b', value: { bytesValue: Buffer.from([0xfb, 0xff]) } },
              ],
              status: { code: 2 },
            },
          ],
        },
      ],
    },
  ],
};

async function backend(): Promise<{ backend: Backend; endpoint: string }> {
  const made = new Backend();
  return { backend: made, endpoint: `http://${await made.listen()}` };
}

describe('an OTLP/HTTP client', () => {
  it('46: tries again after 429, 502, 503 and 504 only', async () => {
    const statuses = [400, 401, 403, 404, 405, 408, 413, 418, 425, 429, 500, 501, 502, 503, 504];
    const attempts: (readonly [number, number])[] = [];
    for (const status of statuses) {
      const { backend: server, endpoint } = await backend();
      // Twice the failure, then success: who tries again gets there.
      server.answer = (_request, index) => (index < 2 ? { status } : {});
      const { exporter } = await exporting({
        endpoint,
        ...DIRECT,
        retry_on_failure: QUICK_RETRY,
      });
      const error = await exporter.consume(TRACES).catch((thrown: unknown) => thrown);
      attempts.push([status, server.received.length]);
      if (error === undefined) continue;
      expect(error).toMatchObject({
        retryable: false,
        message: `not retryable error: Permanent error: error exporting items, request to ${endpoint}/v1/traces responded with HTTP Status Code ${status}`,
      });
    }
    const again = new Set([429, 502, 503, 504]);
    expect(attempts).toEqual(statuses.map((status) => [status, again.has(status) ? 3 : 1]));
  });

  it('46: sends 307 and 308 again where they point to, and no other redirect', async () => {
    for (const status of [307, 308]) {
      const { backend: server, endpoint } = await backend();
      server.answer = ({ path }) =>
        path === '/v1/traces' ? { status, headers: { location: '/there' } } : {};
      const { exporter } = await exporting({ endpoint, ...DIRECT });
      await exporter.consume(TRACES);
      expect(server.received.map(({ path }) => path)).toEqual(['/v1/traces', '/there']);
      expect(server.received[1]?.body).toEqual(Buffer.from(BYTES));
    }
    const { backend: server, endpoint } = await backend();
    server.answer = () => ({ status: 302, headers: { location: '/there' } });
    const { exporter } = await exporting({ endpoint, ...DIRECT });
    await expect(exporter.consume(TRACES)).rejects.toMatchObject({ retryable: false });
    expect(server.received).toHaveLength(1);
  });

  it('46: keeps its own headers from another host, and ends a ring of redirects', async () => {
    const other = new Backend();
    const elsewhere = await other.listen();
    const { backend: server, endpoint } = await backend();
    server.answer = () => ({ status: 307, headers: { location: `http://${elsewhere}/x` } });
    const { exporter } = await exporting({
      endpoint,
      headers: { authorization: 'Bearer 1' },
      ...DIRECT,
    });
    await exporter.consume(TRACES);
    expect(server.received[0]?.headers.authorization).toBe('Bearer 1');
    expect(other.received[0]?.headers.authorization).toBeUndefined();
    server.answer = () => ({ status: 307, headers: { location: '/v1/traces' } });
    await expect(exporter.consume(TRACES)).rejects.toThrow('stopped after 10 redirects');
  });

  it('47: tries again after a refused connection, a reset and a timeout', async () => {
    const { backend: server, endpoint } = await backend();
    server.answer = (_request, index) => {
      if (index === 0) return 'reset';
      return index === 1 ? 'hang' : {};
    };
    const { exporter } = await exporting({
      endpoint,
      timeout: '3s',
      sending_queue: { enabled: false },
      retry_on_failure: QUICK_RETRY,
    });
    await exporter.consume(TRACES);
    expect(server.received).toHaveLength(3);
    const port = server.port;
    server.close();
    const { exporter: late, logger } = await exporting({
      endpoint: `http://127.0.0.1:${port}`,
      sending_queue: { enabled: false },
      retry_on_failure: QUICK_RETRY,
    });
    const done = late.consume(TRACES);
    while (logger.lines.length === 0) await new Promise(setImmediate);
    const back = new Backend();
    await back.listen(port);
    await done;
    expect(back.received).toHaveLength(1);
    expect(logger.lines[0]).toMatchObject({
      message: 'Exporting failed. Will retry the request after interval.',
      fields: { code: 'UNAVAILABLE' },
    });
  });

  it('47: sends at once again what met an idle connection that had been closed', async () => {
    const { backend: server, endpoint } = await backend();
    server.answer = (_request, index) => (index === 1 ? 'reset' : {});
    const { exporter } = await exporting({ endpoint, ...DIRECT });
    await exporter.consume(TRACES);
    await exporter.consume(TRACES);
    expect(server.received).toHaveLength(3);
    expect(server.connections).toBe(2);
    server.answer = () => 'reset';
    await expect(exporter.consume(TRACES)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('49: takes 2xx for success, and a response that cannot be read for a permanent error', async () => {
    const { backend: server, endpoint } = await backend();
    const { exporter } = await exporting({ endpoint, ...DIRECT });
    for (const answer of [
      {},
      { status: 202 },
      { headers: { 'content-type': 'text/html' }, body: '<html>' },
      { headers: PROTOBUF, body: encodeExportResponse('traces', 'protobuf') },
      { headers: { 'content-type': 'application/json; charset=utf-8' }, body: '{}' },
    ]) {
      server.answer = () => answer;
      await exporter.consume(TRACES);
    }
    server.answer = () => ({ headers: PROTOBUF, body: '<html>' });
    await expect(exporter.consume(TRACES)).rejects.toMatchObject({ retryable: false });
  });

  it('49: reads an answer of 64 KiB, and not a byte more', async () => {
    const { backend: server, endpoint } = await backend();
    const { exporter } = await exporting({ endpoint, ...DIRECT });
    const limit = 64 * 1024;
    const said = 'no spans';
    const status = encodeStatus({ code: RpcCode.invalidArgument, message: said }, 'protobuf');
    for (const [length, words] of [
      [limit, `Message=${said}`],
      [limit + 1, 'HTTP Status Code 400'],
    ] as const) {
      // An unknown field of the rest: cut anywhere, the whole cannot be read.
      const rest = length - status.length - 5;
      const head = Buffer.from([
        0x9a,
        0x06,
        (rest & 127) | 128,
        ((rest >> 7) & 127) | 128,
        rest >> 14,
      ]);
      const body = Buffer.concat([status, head, Buffer.alloc(rest)]);
      expect(body).toHaveLength(length);
      server.answer = () => ({ status: 400, headers: PROTOBUF, body });
      await expect(exporter.consume(TRACES)).rejects.toMatchObject({
        code: 'INVALID_DATA',
        message: expect.stringMatching(new RegExp(`${words}$`)),
      });
    }
  });

  it('49: takes no more than that from the socket of an answer without an end', async () => {
    let sentBytes = 0;
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(400, PROTOBUF);
      const chunk = Buffer.alloc(64 * 1024);
      const more = (): void => {
        while (!response.destroyed) {
          sentBytes += chunk.length;
          if (!response.write(chunk)) break;
        }
      };
      response.on('drain', more);
      more();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { exporter } = await exporting({ endpoint: `http://127.0.0.1:${port}`, ...DIRECT });
    await expect(exporter.consume(TRACES)).rejects.toMatchObject({ code: 'INVALID_DATA' });
    // What the buffers of both ends of the socket hold, beside.
    expect(sentBytes).toBeLessThan(32 * 1024 * 1024);
  });

  it('50: puts the path of the signal behind the endpoint, and takes <signal>_endpoint as it is', async () => {
    const { backend: server, endpoint } = await backend();
    for (const signal of SIGNALS) {
      for (const base of [endpoint, `${endpoint}/`, `${endpoint}/base`]) {
        const { exporter } = await exporting({ endpoint: base, ...DIRECT }, { signal });
        await exporter.consume(telemetryOf(signal, requestBytes(signal)));
      }
      const own = { [`${signal}_endpoint`]: `${endpoint}/own/${signal}?x=1` };
      const { exporter } = await exporting({ ...own, ...DIRECT }, { signal });
      await exporter.consume(telemetryOf(signal, requestBytes(signal)));
    }
    expect(server.received.map(({ method, path }) => `${method} ${path}`)).toEqual(
      ['v1/traces', 'v1/metrics', 'v1/logs', 'v1development/profiles'].flatMap((path) => [
        `POST /${path}`,
        `POST /${path}`,
        `POST /base/${path}`,
        `POST /own/${path.replace(/^.*\//, '')}?x=1`,
      ]),
    );
  });

  it('50: sends JSON where it is told to', async () => {
    const { backend: server, endpoint } = await backend();
    const { exporter } = await exporting({ endpoint, encoding: 'json', ...DIRECT });
    await exporter.consume(TRACES);
    const [request] = server.received;
    expect(request?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(String(request?.body))).toMatchObject({
      resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: '01'.repeat(16), name: 'item 0' }] }] }],
    });
    for (const signal of SIGNALS) {
      const json = { endpoint, encoding: 'json', ...DIRECT };
      const { exporter: other } = await exporting(json, { signal });
      await other.consume(telemetryOf(signal, requestBytes(signal)));
      expect(JSON.parse(String(server.received.at(-1)?.body))).not.toEqual({});
    }
  });

  it('24: writes JSON with hex ids, 64 bits as text, enums as numbers, and no defaults', async () => {
    const { backend: server, endpoint } = await backend();
    const { exporter } = await exporting({ endpoint, encoding: 'json', ...DIRECT });
    await exporter.consume(telemetryOf('traces', encodeRequest('traces', FULL_SPAN)));
    expect(JSON.parse(String(server.received[0]?.body))).toEqual({
      resourceSpans: [
        {
          resource: {},
          scopeSpans: [
            {
              scope: {},
              spans: [
                {
                  traceId: 'ab'.repeat(16),
                  spanId: 'cd'.repeat(8),
                  name: 's',
                  kind: 2,
                  startTimeUnixNano: '9223372036854775809',
                  attributes: [
                    { key: 'i', value: { intValue: '-9007199254740993' } },
                    { key: 'd', value: { doubleValue: 'NaN' } },
                    { key: 'b', value: { bytesValue: '+/8=' } },
                  ],
                  status: { code: 2 },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it('51: ends an attempt after the timeout', async () => {
    const { backend: server, endpoint } = await backend();
    server.answer = () => 'hang';
    const { exporter } = await exporting({ endpoint, timeout: '50ms', ...DIRECT });
    await expect(exporter.consume(TRACES)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('52: names itself', async () => {
    const { backend: server, endpoint } = await backend();
    const { exporter } = await exporting({ endpoint, ...DIRECT });
    await exporter.consume(TRACES);
    expect(server.received[0]?.headers['user-agent']).toMatch(/^Sonde\/0\.1\.0 \(linux\/\w+\)$/);
  });

  it('53: packs with gzip unless it is told otherwise', async () => {
    const { backend: server, endpoint } = await backend();
    const given = [undefined, ...COMPRESSIONS, 'none', ''];
    for (const compression of given) {
      const { exporter } = await exporting({
        endpoint,
        ...DIRECT,
        ...(compression === undefined ? {} : { compression }),
      });
      await exporter.consume(TRACES);
    }
    expect(server.received.map(({ headers }) => headers['content-encoding'])).toEqual([
      'gzip',
      ...COMPRESSIONS,
      undefined,
      undefined,
    ]);
    for (const { body } of server.received) expect(body).toEqual(Buffer.from(BYTES));
  });

  it('53: packs with the level that it is told', async () => {
    const { backend: server, endpoint } = await backend();
    const large = telemetryOf('traces', requestBytes('traces', 300));
    for (const compression of ['gzip', 'zlib', 'deflate']) {
      server.received.length = 0;
      for (const level of [9, 1, -2]) {
        const params = { compression, compression_params: { level } };
        const { exporter } = await exporting({ endpoint, ...DIRECT, ...params });
        await exporter.consume(large);
      }
      const lengths = server.received.map(({ packedLength }) => packedLength);
      expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
      expect(new Set(lengths).size).toBe(3);
    }
  });

  it('54: sends the headers of the configuration and of its authenticator', async () => {
    const { backend: server, endpoint } = await backend();
    const authenticator = {
      start: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
      requestHeaders: ({ client }: ClientRequest) =>
        Promise.resolve({
          authorization: 'Bearer token',
          'x-org': metadataValues(client, 'x-org').join(),
        }),
    };
    for (const headers of [{ 'X-Team': 'a' }, [{ name: 'X-Team', value: 'a' }]]) {
      const { exporter } = await exporting(
        { endpoint, headers, auth: { authenticator: 'mine' }, ...DIRECT },
        { extensions: { mine: authenticator } },
      );
      await exporter.consume(TRACES.withClient(CLIENT));
    }
    for (const { headers } of server.received) {
      expect(headers).toMatchObject({
        'x-team': 'a',
        'x-org': 'acme',
        authorization: 'Bearer token',
      });
    }
    await expect(
      exporting({ endpoint, auth: { authenticator: 'mine' }, ...DIRECT }),
    ).rejects.toThrow('failed to resolve authenticator "mine": authenticator not found');
  });

  it('56: sends as many requests at once as it has consumers, and no more', async () => {
    const { backend: server, endpoint } = await backend();
    const held: (() => void)[] = [];
    server.answer = ({ path }) => {
      if (path === '/probe/v1/traces') return {};
      return new Promise((resolve) => held.push(() => resolve({})));
    };
    const { exporter } = await exporting({ endpoint, sending_queue: { num_consumers: 3 } });
    for (let count = 0; count < 7; count += 1) await exporter.consume(TRACES);
    for (let done = 0; done < 7; done += 1) {
      const atOnce = Math.min(3, 7 - done);
      while (held.length < done + atOnce) await new Promise(setImmediate);
      // A request of another exporter comes and goes: a fourth would have come by then.
      const probe = await exporting({ endpoint: `${endpoint}/probe`, ...DIRECT });
      await probe.exporter.consume(TRACES);
      expect(held).toHaveLength(done + atOnce);
      held[done]?.();
    }
    await exporter.shutdown(NO_DEADLINE);
  });

  it('56: keeps its connections', async () => {
    const { backend: server, endpoint } = await backend();
    const { exporter } = await exporting({ endpoint, ...DIRECT });
    for (let count = 0; count < 5; count += 1) await exporter.consume(TRACES);
    expect(server.received).toHaveLength(5);
    expect(server.connections).toBe(1);
  });

  it('28: logs a partial success and never sends it again', async () => {
    const { backend: server, endpoint } = await backend();
    const partial = { rejectedItems: 3, errorMessage: 'too old' };
    server.answer = () => ({
      headers: PROTOBUF,
      body: encodeExportResponse('traces', 'protobuf', partial),
    });
    const { exporter, logger } = await exporting({ endpoint, retry_on_failure: QUICK_RETRY });
    await exporter.consume(TRACES);
    await exporter.shutdown(NO_DEADLINE);
    expect(server.received).toHaveLength(1);
    expect(logger.lines).toMatchObject([
      {
        level: 'warn',
        message: 'Partial success response',
        fields: { message: 'too old', dropped_spans: 3 },
      },
    ]);
  });

  it('57: drops what was refused for good, with what the server said', async () => {
    const { backend: server, endpoint } = await backend();
    server.answer = () => ({
      status: 400,
      headers: PROTOBUF,
      body: encodeStatus({ code: RpcCode.invalidArgument, message: 'no spans' }, 'protobuf'),
    });
    const { exporter, logger } = await exporting({ endpoint, retry_on_failure: QUICK_RETRY });
    await exporter.consume(TRACES);
    await exporter.shutdown(NO_DEADLINE);
    expect(server.received).toHaveLength(1);
    expect(logger.lines).toMatchObject([
      {
        level: 'error',
        message: 'Exporting failed. Dropping data.',
        fields: { code: 'INVALID_DATA', error: expect.stringMatching(/400, Message=no spans$/) },
      },
    ]);
  });

  it('58: sends no request for an empty batch, and one for several', async () => {
    const { backend: server, endpoint } = await backend();
    const { exporter } = await exporting({ endpoint, ...DIRECT });
    await exporter.consume(telemetryOf('traces'));
    expect(server.received).toHaveLength(0);
    await exporter.consume(telemetryOf('traces', BYTES, BYTES));
    expect(server.received[0]?.body).toEqual(Buffer.concat([BYTES, BYTES]));
  });
});
