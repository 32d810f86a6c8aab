import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PROTOBUF, send, start } from './harness.ts';
import { traces } from './otlp-bytes.ts';

/** All that comes of one connection, which the server must end. */
function exchange(address: string, text: string): Promise<string> {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.write(text, 'latin1');
  });
}

function request(target: string, headers: readonly string[] = []): string {
  const body = traces().toString('latin1');
  const length = `Content-Length: ${body.length}`;
  const type = 'Content-Type: application/x-protobuf';
  const head = [`POST ${target} HTTP/1.1`, 'Host: x', 'Connection: close', type, length];
  return `${[...head, ...headers].join('\r\n')}\r\n\r\n${body}`;
}

describe('HTTP', () => {
  it.each(['GZIP', 'Gzip', 'x-gzip', 'X-GZIP'])('names a packing in any case: %s', async (name) => {
    const { http, pipeline } = await start();
    const headers = { ...PROTOBUF, 'content-encoding': name };
    expect((await send(http, { headers, body: gzipSync(traces(3)) })).status).toBe(200);
    expect(pipeline.taken.map(({ itemCount }) => itemCount)).toEqual([3]);
    const only = await start({ http: { compression_algorithms: ['zstd'] } });
    const refused = await send(only.http, { headers, body: gzipSync(traces()) });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain(`unsupported Content-Encoding: ${name}`);
  });

  it('takes a target with its host, as proxies are sent it', async () => {
    const { http, pipeline } = await start();
    const targets = [
      'http://x/v1/traces',
      'HTTPS://other:1/v1/traces?a=http://b/c',
      '/v1/traces?a',
    ];
    for (const target of targets) {
      expect(await exchange(http, request(target))).toMatch(/^HTTP\/1\.1 200 /);
    }
    for (const target of ['http://x', 'http://x?/v1/traces', 'ftp://x/v1/traces']) {
      expect(await exchange(http, request(target))).toMatch(/^HTTP\/1\.1 404 /);
    }
    expect(pipeline.taken).toHaveLength(3);
  });
});
