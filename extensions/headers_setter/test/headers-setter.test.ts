import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthEvents, type Component, clientInfo } from '@sonde/pipeline';
import { HttpClient, httpClientFields, type ShownHeaders } from '@sonde/pipeline/clients';
import { contractHost, RecordingLogger } from '@sonde/pipeline/contract-suite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { HeadersSetter, headersSetterConfig } from '../src/index.ts';

type Extensions = Readonly<Record<string, Component>>;

async function setter(raw: unknown, extensions: Extensions = {}): Promise<HeadersSetter> {
  const events = new AuthEvents('headers_setter', new RecordingLogger());
  const extension = new HeadersSetter(headersSetterConfig.parse(raw), events);
  await extension.start(contractHost(extensions));
  return extension;
}

const CLIENT = clientInfo({
  metadata: new Map([
    ['tenant_id', ['acme']],
    ['twice', ['1', '2']],
  ]),
  auth: new Map([['username', 'ada']]),
});

async function shown(
  rules: readonly Record<string, string>[],
  headers: Readonly<Record<string, string>> = {},
): Promise<ShownHeaders> {
  return await (await setter({ headers: rules })).requestHeaders({ client: CLIENT, headers });
}

describe('headers_setter', () => {
  it('takes values from the configuration, the metadata and the authentication', async () => {
    expect(
      await shown([
        { key: 'X-Fixed', action: 'insert', value: 'v' },
        { key: 'X-Scope-OrgID', action: 'upsert', from_context: 'Tenant_ID', default_value: 'd' },
        { key: 'X-Other', from_context: 'none', default_value: 'd' },
        { key: 'X-Empty', from_context: 'none' },
        { key: 'X-User', action: 'upsert', from_attribute: 'username' },
      ]),
    ).toEqual({
      'x-fixed': 'v',
      'x-scope-orgid': 'acme',
      'x-other': 'd',
      'x-empty': '',
      'x-user': 'ada',
    });
  });

  it('inserts what is not there, updates what is, and deletes', async () => {
    const there = { a: '1', b: '2', c: '3' };
    expect(
      await shown(
        [
          { key: 'A', action: 'insert', value: 'new' },
          { key: 'B', action: 'update', value: 'new' },
          { key: 'C', action: 'delete' },
          { key: 'D', action: 'update', value: 'new' },
          { key: 'E', action: 'insert', value: 'new' },
        ],
        there,
      ),
    ).toEqual({ b: 'new', c: undefined, e: 'new' });
  });

  it('does not choose among several values', async () => {
    await expect(shown([{ key: 'a', from_context: 'twice' }])).rejects.toThrow(
      "2 source keys found in the context, can't determine which one to use",
    );
  });

  it('reads a value from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sonde-headers-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'value');
    await writeFile(path, 'from file\n');
    expect(await shown([{ key: 'a', action: 'upsert', value_file: path }])).toEqual({
      a: 'from file',
    });
  });

  it('goes over a real connection with the headers of another authenticator', async () => {
    const received: IncomingHttpHeaders[] = [];
    const server = createServer((request, response) => {
      received.push(request.headers);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no address');
    const bearer = {
      start: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
      requestHeaders: () => Promise.resolve({ authorization: 'Bearer one' }),
    };
    const headers = [
      { key: 'X-Scope-OrgID', action: 'upsert', from_context: 'tenant_id' },
      { key: 'X-Team', action: 'delete' },
    ];
    const extension = await setter({ headers, additional_auth: 'bearer' }, { bearer });
    const config = z.strictObject(httpClientFields({ compression: 'none' })).parse({
      headers: { 'X-Team': 'a', 'X-Stays': 'b' },
      auth: { authenticator: 'headers_setter' },
    });
    const client = await HttpClient.open(config, contractHost({ headers_setter: extension }));
    onTestFinished(() => client.close());
    const { signal } = new AbortController();
    const url = `http://127.0.0.1:${address.port}/`;
    const body = Buffer.from('x');
    await client.post({ url, contentType: 'text/plain', body, signal, client: CLIENT });
    expect(received[0]).toMatchObject({
      authorization: 'Bearer one',
      'x-scope-orgid': 'acme',
      'x-stays': 'b',
    });
    expect(received[0]).not.toHaveProperty('x-team');
  });

  it('does not start without the other authenticator', async () => {
    const raw = { headers: [{ key: 'a', value: 'b' }], additional_auth: 'none' };
    await expect(setter(raw)).rejects.toThrow(
      'failed to resolve authenticator "none": authenticator not found',
    );
  });

  it.each([
    [{}, 'missing headers configuration'],
    [{ headers: [{ value: 'v' }] }, 'missing header name'],
    [{ headers: [{ key: 'a' }] }, 'missing header source'],
    [{ headers: [{ key: 'a', value: 'v', from_context: 'b' }] }, 'invalid header source'],
    [{ headers: [{ key: 'a b', value: 'v' }] }, 'invalid header'],
    [{ headers: [{ key: 'a', action: 'add', value: 'v' }] }, 'Invalid'],
  ])('refuses %j', (raw, words) => {
    expect(() => headersSetterConfig.parse(raw)).toThrow(words);
  });
});
