import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headerList, headerObject, parseGrpcEndpoint, USER_AGENT } from '../src/clients/index.ts';

describe('clients', () => {
  it('name the version of the package', () => {
    const text = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8');
    const { version }: { readonly version: string } = JSON.parse(text);
    expect(USER_AGENT).toContain(`Sonde/${version} (`);
  });

  it('take headers as a map or as a list, and keep their values to themselves', () => {
    const schema = headerList();
    for (const raw of [
      { 'X-A': '1', 'x-b': '2' },
      [
        { name: 'X-A', value: '1' },
        { name: 'x-b', value: '2' },
      ],
    ]) {
      const headers = schema.parse(raw);
      expect(headerObject(headers)).toEqual({ 'x-a': '1', 'x-b': '2' });
      expect(JSON.stringify(headers)).not.toMatch(/[12]/);
    }
    expect(schema.safeParse({ 'a b': 'x' }).error?.issues[0]?.message).toBe('invalid header "a b"');
  });

  it.each([
    ['a:4317', 'dns:a:4317', undefined],
    ['http://a:4317', 'dns:a:4317', 'plaintext'],
    ['https://a:4317/', 'dns:a:4317', 'tls'],
    ['dns:///a:4317', 'dns:a:4317', undefined],
    ['dns://8.8.8.8/a:4317', 'dns:a:4317', undefined],
    ['passthrough:///a:4317', 'dns:a:4317', undefined],
    ['unix:///run/a.sock', 'unix:/run/a.sock', undefined],
    ['[::1]:4317', 'ipv6:[::1]:4317', undefined],
    [':4317', 'dns:localhost:4317', undefined],
    ['localhost:4317', 'dns:localhost:4317', undefined],
  ] as const)('read the gRPC endpoint %s', (text, target, security) => {
    expect(parseGrpcEndpoint(text)).toEqual({ ok: true, target: { target, security } });
  });
});
