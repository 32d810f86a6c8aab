import {
  columnsToJson,
  DICTIONARY_STRING_BYTES_MAX,
  decodeRequests,
  jsonToProtobuf,
  MalformedError,
  NESTED_VALUES_MAX,
} from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { RawClient } from './grpc-client.ts';
import { type Answer, JSON_TYPE, type Started, send, start } from './harness.ts';
import { field, traces } from './otlp-bytes.ts';

const SPAN = { traceId: '07'.repeat(16), spanId: '0000000000000001', name: 'GET /' };

const PROFILE = {
  profileId: '0a'.repeat(16),
  timeUnixNano: '1764000000000000001',
  samples: [{ values: ['3'] }, { values: ['9007199254740993'] }],
};

const PROFILES = {
  resourceProfiles: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeProfiles: [{ scope: { name: 'cpu' }, profiles: [PROFILE] }],
    },
  ],
  dictionary: { stringTable: [''], stackTable: [{}] },
};

function requestOf(span: object): object {
  return { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
}

function post(started: Started, request: object, path = '/v1/traces'): Promise<Answer> {
  const body = JSON.stringify(request);
  return send(started.http, { path, headers: JSON_TYPE, body });
}

/** The bytes that the pipeline was given for one span. */
async function taken(span: object): Promise<Buffer> {
  const started = await start();
  expect((await post(started, requestOf(span))).status).toBe(200);
  return Buffer.from(started.pipeline.taken[0]?.requests[0]?.bytes ?? []);
}

/** Attribute values over the socket, into columns, and as they are written from them again. */
async function valuesThroughColumns(values: readonly object[]): Promise<unknown[]> {
  const started = await start();
  const attributes = values.map((value, index) => ({ key: `k${index}`, value }));
  expect((await post(started, requestOf({ ...SPAN, attributes }))).status).toBe(200);
  const columns = started.pipeline.taken[0]?.columns();
  if (columns === undefined) throw new Error('nothing was taken');
  const { resourceSpans } = JSON.parse(columnsToJson(columns));
  const read: { key: string; value?: object }[] =
    resourceSpans[0].scopeSpans[0].spans[0].attributes;
  expect(read.map(({ key }) => key)).toEqual(attributes.map(({ key }) => key));
  return read.map(({ value }) => value ?? {});
}

// The lines of the OTLP checklist about JSON, seen from outside; `@sonde/proto` tests every field.
describe('OTLP/JSON', () => {
  it('6: answers on the same port and path, in JSON, and hands protobuf on', async () => {
    const started = await start();
    const answer = await post(started, requestOf(SPAN));
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.text)).toEqual({ partialSuccess: {} });
    const [request] = started.pipeline.taken[0]?.requests ?? [];
    expect(Buffer.from(request?.bytes ?? []).equals(traces())).toBe(true);
    expect(request?.itemCount).toBe(1);
  });

  it('14: ignores keys it does not know, and snake_case names with them', async () => {
    const odd = { ...SPAN, trace_state: 'a=b', unknown: { deep: [{ er: [1, null] }] } };
    expect(await taken(odd)).toEqual(traces());
  });

  it('15: reads ids in hex of either case and refuses those of a wrong length', async () => {
    const upper = { ...SPAN, traceId: 'AB'.repeat(16) };
    expect(await taken(upper)).toEqual(await taken({ ...SPAN, traceId: 'ab'.repeat(16) }));
    const started = await start();
    for (const wrong of [
      { traceId: 'ab' },
      { spanId: 'zz'.repeat(8) },
      { spanId: '0'.repeat(15) },
    ]) {
      const answer = await post(started, requestOf({ ...SPAN, ...wrong }));
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 3 });
    }
    expect(started.pipeline.taken).toHaveLength(0);
  });

  it('16: reads bytes in base64, whatever they are', async () => {
    for (const length of [0, 1, 2, 3, 256]) {
      const bytes = Buffer.from(Array.from({ length }, (_, index) => 255 - index));
      const value = { bytesValue: bytes.toString('base64') };
      expect(await valuesThroughColumns([value])).toEqual([value]);
    }
    const urlAlphabet = { bytesValue: '-_8' };
    expect(await valuesThroughColumns([urlAlphabet])).toEqual([{ bytesValue: '+/8=' }]);
  });

  it('18: reads doubles as numbers and as text, NaN and both infinities too', async () => {
    const written = [1.5, '1.5', '-2.5e-3', 'NaN', 'Infinity', '-Infinity', 5e-324, '-0'];
    const read = [1.5, 1.5, -0.0025, 'NaN', 'Infinity', '-Infinity', 5e-324, '-0'];
    const values = written.map((doubleValue) => ({ doubleValue }));
    expect(await valuesThroughColumns(values)).toEqual(
      read.map((doubleValue) => ({ doubleValue })),
    );
  });

  it('21: reads each of the seven kinds of value, nested ones and none at all', async () => {
    const kinds = [
      { stringValue: 'ä' },
      { boolValue: true },
      { intValue: '-9007199254740993' },
      { doubleValue: 0.25 },
      { bytesValue: 'AAEC/w==' },
      { arrayValue: { values: [{ intValue: '1' }, {}, { stringValue: 'x' }] } },
      { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }, { key: 'none' }] } },
    ];
    const nested = {
      arrayValue: { values: [{ kvlistValue: { values: [{ key: 'k', value: kinds[5] }] } }] },
    };
    const empty = [
      { stringValue: '' },
      { boolValue: false },
      { intValue: '0' },
      { doubleValue: 0 },
    ];
    const values = [...kinds, nested, ...empty, {}];
    expect(await valuesThroughColumns(values)).toEqual(values);
  });

  it('17: reads 64-bit integers as text and as numbers, without losing a digit', async () => {
    const time = '1795630948123456789';
    const asText = await taken({ ...SPAN, startTimeUnixNano: time });
    const started = await start();
    const text = JSON.stringify(requestOf({ ...SPAN, startTimeUnixNano: 0 }));
    const body = text.replace('"startTimeUnixNano":0', `"startTimeUnixNano":${time}`);
    expect((await send(started.http, { headers: JSON_TYPE, body })).status).toBe(200);
    expect(Buffer.from(started.pipeline.taken[0]?.requests[0]?.bytes ?? [])).toEqual(asText);
    const wire = Buffer.alloc(8);
    wire.writeBigUInt64LE(BigInt(time));
    expect(asText.includes(wire)).toBe(true);
  });

  it('19: reads enums by number and by name', async () => {
    const byNumber = await taken({ ...SPAN, kind: 2, status: { code: 2 } });
    const byName = { kind: 'SPAN_KIND_SERVER', status: { code: 'STATUS_CODE_ERROR' } };
    expect(await taken({ ...SPAN, ...byName })).toEqual(byNumber);
  });

  it('20: takes null for absent', async () => {
    expect(await taken({ ...SPAN, traceState: null, attributes: null, status: null })).toEqual(
      traces(),
    );
  });

  it('20: takes the last of several members of a oneof', async () => {
    const started = await start();
    const text = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":VALUE}]}]}]}';
    const body = text.replace('VALUE', '{"intValue":"1","stringValue":"hello"}');
    expect((await send(started.http, { path: '/v1/logs', headers: JSON_TYPE, body })).status).toBe(
      200,
    );
    const requests = started.pipeline.taken[0]?.requests ?? [];
    // The body's value ends the request: in protobuf too the last member counts.
    expect(Buffer.from(requests[0]?.bytes ?? []).subarray(-7)).toEqual(field(1, 'hello'));
    expect(requests[0]?.itemCount).toBe(1);
  });

  it('26: acknowledges {} without calling the pipeline', async () => {
    const started = await start();
    for (const empty of [{}, { resourceSpans: [] }, { resourceSpans: [{}] }]) {
      expect((await post(started, empty)).status).toBe(200);
    }
    expect(started.pipeline.taken).toHaveLength(0);
  });

  it('29: answers a refusal with a Status in JSON', async () => {
    const started = await start({ http: { max_request_body_size: 10_000 } });
    const refusals: (readonly [number, string])[] = [
      [400, '[]'],
      [413, JSON.stringify(requestOf({ ...SPAN, name: 'x'.repeat(20_000) }))],
    ];
    for (const [status, body] of refusals) {
      const answer = await send(started.http, { headers: JSON_TYPE, body });
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toBe('application/json');
      expect(JSON.parse(answer.text)).toMatchObject({
        code: status === 400 ? 3 : 8,
        message: expect.stringMatching(/./),
      });
    }
  });

  it.each([
    ['nothing', '', 0],
    ['an array', '[]', 0],
    ['a list that is none', '{"resourceSpans": 5}', 18],
    ['a name that is none', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":5}]}]}]}', 51],
    ['endless brackets', `{"resourceSpans": ${'['.repeat(100_000)}`, 19],
    ['text behind the end', '{} {}', 3],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 2],
  ])(
    '31: refuses what is no OTLP/JSON with 400, and says where: %s',
    async (_what, body, offset) => {
      const started = await start();
      const answer = await send(started.http, { headers: JSON_TYPE, body });
      expect(answer.status).toBe(400);
      const { code, message, details } = JSON.parse(answer.text);
      expect([code, message]).toEqual([3, expect.stringContaining(`at byte ${offset}: `)]);
      expect(details[0].fieldViolations[0].field).toBe(`offset ${offset}`);
      expect(started.pipeline.taken).toHaveLength(0);
    },
  );

  it('takes profiles, and hands on the same as by protobuf and by gRPC', async () => {
    const started = await start();
    const path = '/v1development/profiles';
    const answer = await post(started, PROFILES, path);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ partialSuccess: {} });
    const bytes = started.pipeline.taken[0]?.requests[0]?.bytes ?? Buffer.alloc(0);
    expect((await send(started.http, { path, body: bytes })).status).toBe(200);
    const service = 'opentelemetry.proto.collector.profiles.v1development.ProfilesService';
    expect((await new RawClient(started.grpc).export(bytes, { service })).code).toBe(0);
    const { taken: all } = started.pipeline;
    expect(all.map(({ signal, itemCount }) => `${signal} ${itemCount}`)).toEqual(
      Array(3).fill('profiles 2'),
    );
    for (const { requests } of all) {
      const read = JSON.parse(columnsToJson(decodeRequests('profiles', requests)));
      expect(read.resourceProfiles[0].scopeProfiles[0].profiles).toMatchObject([PROFILE]);
    }
  });

  it('never hands on what decoding refuses, though it is good JSON', async () => {
    const started = await start();
    const deep = (levels: number): object => {
      let value: object = { stringValue: 'x' };
      for (let i = 0; i < levels; i += 1) value = { arrayValue: { values: [value] } };
      return { ...SPAN, attributes: [{ key: 'deep', value }] };
    };
    const long = 'x'.repeat(DICTIONARY_STRING_BYTES_MAX + 1);
    for (const refused of [deep(NESTED_VALUES_MAX + 1), { ...SPAN, name: long }]) {
      // The whole text can be read: it is decoding that refuses it.
      const bytes = jsonToProtobuf('traces', JSON.stringify(requestOf(refused)));
      const rest = { signal: 'traces', itemCount: 1, tenant: '', receivedUnixMs: 0 } as const;
      expect(() => decodeRequests('traces', [{ ...rest, bytes }])).toThrow(MalformedError);
      expect((await post(started, requestOf(refused))).status).toBe(400);
      expect(started.pipeline.taken).toHaveLength(0);
    }
    expect((await post(started, requestOf(deep(NESTED_VALUES_MAX)))).status).toBe(200);
    expect(started.pipeline.taken[0]?.columns().count).toBe(1);
  });
});
