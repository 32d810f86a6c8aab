import type { Authenticator, Telemetry } from '@sonde/pipeline';
import { describe, expect, it } from 'vitest';
import { RawClient } from './grpc-client.ts';
import { type Pipeline, PROTOBUF, send, start } from './harness.ts';
import { traces } from './otlp-bytes.ts';

const METADATA = { include_metadata: true };

function only({ taken }: Pipeline): Telemetry {
  const [telemetry] = taken;
  if (telemetry === undefined || taken.length > 1) throw new Error(`${taken.length} batches`);
  return telemetry;
}

describe('what is known of a client', () => {
  it('has the headers of an HTTP request where metadata is included', async () => {
    const { http, pipeline } = await start({ http: METADATA });
    const headers = { ...PROTOBUF, 'X-Scope-OrgID': 'a', 'X-Two': ['b', 'c'] };
    expect((await send(http, { headers, body: traces() })).status).toBe(200);
    const { client } = only(pipeline);
    expect(client?.address).toBe('127.0.0.1');
    expect(client?.metadata.get('x-scope-orgid')).toEqual(['a']);
    expect(client?.metadata.get('x-two')).toEqual(['b', 'c']);
    expect(client?.metadata.get('host')).toEqual([http]);
  });

  it('has the metadata of a gRPC call, and its authority as the host', async () => {
    const { grpc, pipeline } = await start({ grpc: METADATA });
    const client = new RawClient(grpc);
    const outcome = await client.export(traces(), { metadata: { 'X-Scope-OrgID': 'a' } });
    expect(outcome.code).toBe(0);
    const known = only(pipeline).client;
    expect(known?.address).toBe('127.0.0.1');
    expect(known?.metadata.get('x-scope-orgid')).toEqual(['a']);
    expect(known?.metadata.get('host')).toEqual([grpc]);
    expect([...(known?.metadata.keys() ?? [])].filter((name) => name.startsWith(':'))).toEqual([]);
  });

  it('has no headers where metadata is not included, which is the default', async () => {
    const { http, grpc, pipeline } = await start();
    await send(http, { headers: { ...PROTOBUF, 'x-scope-orgid': 'a' }, body: traces() });
    await new RawClient(grpc).export(traces(), { metadata: { 'x-scope-orgid': 'a' } });
    expect(pipeline.taken.map(({ client }) => client?.metadata.size)).toEqual([0, 0]);
    expect(pipeline.taken.map(({ client }) => client?.address)).toEqual(['127.0.0.1', '127.0.0.1']);
  });

  it('has what the authenticator says of the sender', async () => {
    const authenticator: Authenticator = {
      authenticate: async () => ({ tenant: 't', attributes: new Map([['username', 'ada']]) }),
    };
    const auth = { auth: { authenticator: 'basicauth' } };
    const { http, grpc, pipeline } = await start({ http: auth, grpc: auth, authenticator });
    await send(http, { body: traces() });
    await new RawClient(grpc).export(traces());
    expect(pipeline.taken.map(({ client }) => client?.auth.get('username'))).toEqual([
      'ada',
      'ada',
    ]);
  });
});
