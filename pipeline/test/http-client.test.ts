import { createServer, type Server, type ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ANSWER_BYTES_MAX, HttpClient } from '../src/clients/http-client.ts';
import { httpClientFields } from '../src/clients/http-client-config.ts';
import { contractHost } from '../src/contract-fixtures.ts';

const CONFIG = z.object(httpClientFields({ compression: 'none' }));
const open: { server?: Server; client?: HttpClient } = {};

afterEach(() => {
  open.client?.close();
  open.server?.closeAllConnections();
  open.server?.close();
});

/** A client, and the address of a server that answers so. */
async function against(
  answer: (response: ServerResponse) => void,
): Promise<{ readonly client: HttpClient; readonly url: string }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(response));
  });
  open.server = server;
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const url = `http://127.0.0.1:${port}/v1/traces`;
  const client = await HttpClient.open(CONFIG.parse({ endpoint: url }), contractHost());
  open.client = client;
  return { client, url };
}

const post = (url: string, body: Uint8Array) => ({
  ...{ url, body, contentType: 'application/x-protobuf' },
  signal: new AbortController().signal,
});

describe('the client of HTTP', () => {
  it('reads an answer whole, however it comes', async () => {
    const { client, url } = await against((response) => {
      response.write('one ');
      setImmediate(() => response.end('two'));
    });
    const answer = await client.post(post(url, new Uint8Array(3)));
    expect({ status: answer.status, body: answer.body.toString() }).toEqual({
      status: 200,
      body: 'one two',
    });
  });

  it('reads no more of an answer than it must, and goes on', async () => {
    const { client, url } = await against((response) => {
      response.end(Buffer.alloc(3 * ANSWER_BYTES_MAX, 'x'));
    });
    for (let i = 0; i < 2; i++) {
      const { body } = await client.post(post(url, new Uint8Array(3)));
      expect(body.length).toBe(ANSWER_BYTES_MAX);
    }
  });

  it('says that an answer was cut', async () => {
    const { client, url } = await against((response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    await expect(client.post(post(url, new Uint8Array(3)))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('holds on to no body once it was answered', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const { client, url } = await against((response) => response.end('{}'));
    const send = async (): Promise<WeakRef<ArrayBufferLike>> => {
      const body = new Uint8Array(1_000_000);
      await client.post(post(url, body));
      return new WeakRef(body.buffer);
    };
    const sent = [await send(), await send(), await send()];
    const held = (): number => {
      collect();
      return sent.filter((body) => body.deref() !== undefined).length;
    };
    await expect.poll(held, { timeout: 10_000 }).toBe(0);
  });
});
