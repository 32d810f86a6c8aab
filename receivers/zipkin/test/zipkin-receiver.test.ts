import { gzipSync } from 'node:zlib';
import { SondeError } from '@sonde/pipeline';
import { contractHost, contractSettings, GatedConsumer } from '@sonde/pipeline/contract-suite';
import { spansOf } from '@sonde/wire-formats/test/collector-traces';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ZipkinReceiver, zipkinConfig } from '../src/index.ts';

const SPAN = {
  traceId: '4d1e00c0db9010db86154a4ba6e91385',
  id: '0000000000000001',
  name: 'get /',
  kind: 'SERVER',
  timestamp: 1_790_000_000_123_456,
  duration: 1500,
  localEndpoint: { serviceName: 'shop' },
  tags: { 'http.status_code': '200' },
};
/** Zipkin's protobuf by hand: one span with trace id, id and name. */
const PROTOBUF = Buffer.concat([
  Buffer.of(0x0a, 0x20, 0x0a, 0x10),
  Buffer.alloc(16, 1),
  Buffer.of(0x1a, 0x08),
  Buffer.alloc(8, 2),
  Buffer.of(0x2a, 0x02),
  Buffer.from('pb'),
]);
/** A thrift list of one struct: trace id 1, id 2, name "t". */
const THRIFT = Buffer.from(
  '0c000000010a000100000000000000010b000300000001740a0004000000000000000200',
  'hex',
);
const V1 = { traceId: '00000000000000a1', id: '00000000000000b1', name: 'v1', timestamp: 5 };

async function start(
  config: Readonly<Record<string, unknown>> = {},
): Promise<{ base: string; next: GatedConsumer }> {
  const next = new GatedConsumer();
  const parsed = zipkinConfig.parse({ endpoint: '127.0.0.1:0', ...config });
  const receiver = new ZipkinReceiver(contractSettings('zipkin'), parsed, next);
  await receiver.start(contractHost());
  onTestFinished(() => receiver.shutdown(AbortSignal.timeout(1000)));
  return { base: `http://${receiver.address}`, next };
}

function post(
  url: string,
  body: Uint8Array | string,
  type = 'application/json',
): Promise<Response> {
  const bytes = typeof body === 'string' ? body : body.slice();
  return fetch(url, { method: 'POST', headers: { 'content-type': type }, body: bytes });
}

function names({ taken }: GatedConsumer): readonly unknown[] {
  return taken.flatMap(({ requests }) =>
    spansOf(requests.map(({ bytes }) => bytes)).map(({ name }) => name),
  );
}

describe('the receiver zipkin', () => {
  it('takes all four formats, by path and content type', async () => {
    const { base, next } = await start();
    const answers = [
      await post(`${base}/api/v2/spans`, JSON.stringify([SPAN]), 'application/json; charset=utf-8'),
      await post(`${base}/`, PROTOBUF, 'application/x-protobuf'),
      await post(`${base}/api/v1/spans`, JSON.stringify([V1])),
      await post(`${base}/api/v1/spans?x=y`, THRIFT, 'application/x-thrift'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(await answers[0]?.text()).toBe('');
    expect(names(next)).toEqual(['get /', 'pb', 'v1', 't']);
    expect(next.taken.map(({ transport }) => transport)).toEqual([
      'http_v2_json',
      'http_v2_proto',
      'http_v1_json',
      'http_v1_thrift',
    ]);
  });

  it('unpacks bodies, and hands on who sent them', async () => {
    const { base, next } = await start({ include_metadata: true });
    const headers = { 'content-encoding': 'gzip', 'x-tenant': 'a' };
    const body = gzipSync(JSON.stringify([SPAN]));
    const { status } = await fetch(`${base}/api/v2/spans`, { method: 'POST', headers, body });
    expect(status).toBe(202);
    expect(next.taken[0]?.client?.address).toBe('127.0.0.1');
    expect(next.taken[0]?.client?.metadata.get('x-tenant')).toEqual(['a']);
  });

  it('acknowledges an empty list, which goes nowhere', async () => {
    const { base, next } = await start();
    expect((await post(`${base}/api/v2/spans`, '[]')).status).toBe(202);
    expect(next.taken).toEqual([]);
  });

  it('says what is wrong with a body', async () => {
    const { base, next } = await start({ max_request_body_size: 2000 });
    const bad = await post(`${base}/api/v2/spans`, '[{"id":"1","traceId":"zz"}]');
    expect(bad.status).toBe(400);
    expect(await bad.text()).toBe('malformed Zipkin JSON: span 0: traceId is no hex of 32 digits');
    expect((await post(`${base}/api/v2/spans`, `[${' '.repeat(3000)}]`)).status).toBe(413);
    expect((await fetch(`${base}/api/v2/spans`)).status).toBe(405);
    expect(next.taken).toEqual([]);
  });

  it('asks to come back when the pipeline is full', async () => {
    const { base, next } = await start();
    next.failWith(new SondeError('OVERLOADED', 'full', { retryAfterMs: 2000 }));
    const answer = await post(`${base}/api/v2/spans`, JSON.stringify([SPAN]));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  });

  it('makes numbers of tags where it is told to', async () => {
    const { base, next } = await start({ parse_string_tags: true });
    await post(`${base}/api/v2/spans`, JSON.stringify([SPAN]));
    const [span] = spansOf(
      next.taken.flatMap(({ requests }) => requests.map(({ bytes }) => bytes)),
    );
    expect(span?.['attributes']).toEqual({ 'http.status_code': { intValue: '200' } });
  });
});

describe('the configuration of zipkin', () => {
  const messages = (raw: unknown): readonly string[] =>
    zipkinConfig.safeParse(raw).error?.issues.map(({ message }) => message) ?? [];

  it("has upstream's defaults", () => {
    expect(zipkinConfig.parse(null)).toMatchObject({
      endpoint: 'localhost:9411',
      parse_string_tags: false,
      max_request_body_size: 20_971_520,
    });
  });

  it('refuses what makes no sense', () => {
    expect(messages({ endpoint: '9411' })).toEqual(['address 9411: missing port in address']);
    expect(messages({ parse_string_tags: 'yes' })).toHaveLength(1);
    expect(messages({ tls: {} })).toEqual([
      'TLS configuration must include both certificate and key for server connections',
    ]);
  });
});
