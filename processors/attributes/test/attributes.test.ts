import { Telemetry } from '@sonde/pipeline';
import { jsonOf, requestOf, SOURCE, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import { describe, expect, it } from 'vitest';
import { attributesProcessorFactory as factory } from '../src/index.ts';

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const IDS = { traceId: '1'.repeat(32), spanId: '2'.repeat(16) };

function spans(service: string, ...spansOf: object[]): object {
  return {
    resource: { attributes: [text('service.name', service)] },
    scopeSpans: [
      { scope: { name: 'lib', version: '1' }, spans: spansOf.map((span) => ({ ...IDS, ...span })) },
    ],
  };
}

/** What the processor makes of a request, as OTLP/JSON. */
async function through(
  signal: 'traces' | 'logs' | 'metrics',
  config: string,
  json: object,
): Promise<unknown> {
  const graph = await TestGraph.start({ factory, signal, config });
  await graph.send(telemetryOf([requestOf(signal, json)]));
  await graph.stop();
  const [arrived] = graph.arrived;
  return arrived === undefined ? undefined : jsonOf(arrived)[0];
}

const MARK = 'actions: [{key: mark, value: x, action: insert}]';

describe('the processor attributes', () => {
  it('changes spans and leaves everything else of the request', async () => {
    const span = {
      name: 'GET /',
      kind: 2,
      startTimeUnixNano: '1764000000000000001',
      attributes: [text('user', 'kim'), { key: 'n', value: { intValue: '7' } }],
      events: [{ name: 'e', attributes: [text('user', 'kim')] }],
      links: [{ ...IDS, attributes: [text('user', 'kim')] }],
      status: { message: 'm', code: 2 },
    };
    const config =
      '{actions: [{key: env, value: prod, action: insert}, {key: user, action: delete}, {key: n, action: convert, converted_type: string}]}';
    const expected = { ...span, attributes: [text('n', '7'), text('env', 'prod')] };
    expect(await through('traces', config, { resourceSpans: [spans('shop', span)] })).toEqual({
      resourceSpans: [spans('shop', expected)],
    });
  });

  it('changes log records', async () => {
    const json = (attributes: object[]) => ({
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' }, attributes }] }] }],
    });
    expect(await through('logs', `{${MARK}}`, json([text('a', 'b')]))).toEqual(
      json([text('a', 'b'), text('mark', 'x')]),
    );
  });

  it('changes points of every kind', async () => {
    const point = { timeUnixNano: '1', attributes: [text('secret', 's')] };
    const histogram = { count: '1', bucketCounts: ['1'], ...point };
    const exponential = { count: '1', scale: 1, positive: { bucketCounts: ['1'] }, ...point };
    const metrics = [
      { name: 'g', gauge: { dataPoints: [{ asDouble: 1, ...point }] } },
      { name: 's', sum: { dataPoints: [{ asInt: '1', ...point }], aggregationTemporality: 2 } },
      { name: 'h', histogram: { dataPoints: [histogram], aggregationTemporality: 2 } },
      { name: 'e', exponentialHistogram: { dataPoints: [exponential], aggregationTemporality: 2 } },
      { name: 'q', summary: { dataPoints: [{ count: '1', sum: 1, ...point }] } },
    ];
    const changed = await through('metrics', '{actions: [{key: secret, action: delete}]}', {
      resourceMetrics: [{ scopeMetrics: [{ metrics }] }],
    });
    const text5 = JSON.stringify(changed);
    expect(text5.match(/"timeUnixNano":"1"/g)).toHaveLength(5);
    expect(text5).not.toContain('secret');
  });

  it('forwards the very bytes when no action touches anything', async () => {
    const graph = await TestGraph.start({
      factory,
      signal: 'traces',
      config: '{actions: [{key: nobody, action: delete}]}',
    });
    const request = requestOf('traces', { resourceSpans: [spans('shop', { name: 'a' })] });
    const telemetry = telemetryOf([request]);
    await graph.send(telemetry);
    expect(graph.arrived).toEqual([telemetry]);
    expect(graph.arrived[0]).toBe(telemetry);
  });

  it('keeps range, tenants and times of receipt, and gives the same bytes again', async () => {
    const graph = await TestGraph.start({ factory, signal: 'traces', config: `{${MARK}}` });
    const json = { resourceSpans: [spans('shop', { name: 'a' })] };
    const requests = [
      requestOf('traces', json, { tenant: 'a', receivedUnixMs: 5 }),
      requestOf('traces', json, { tenant: 'b', receivedUnixMs: 6 }),
    ] as const;
    await graph.send(telemetryOf([...requests], { source: SOURCE }));
    await graph.send(telemetryOf([...requests], { source: SOURCE }));
    const [first, second] = graph.arrived;
    if (first === undefined || second === undefined) throw new Error('nothing arrived');
    expect(first.source).toBe(SOURCE);
    expect(first.requests.map(({ tenant, receivedUnixMs }) => [tenant, receivedUnixMs])).toEqual([
      ['a', 5],
      ['b', 6],
    ]);
    expect(second.requests).toEqual(first.requests);
  });

  it('refuses bytes that are no OTLP for good', async () => {
    const graph = await TestGraph.start({ factory, signal: 'traces', config: `{${MARK}}` });
    const good = telemetryOf([requestOf('traces', { resourceSpans: [spans('a', {})] })]);
    const [request] = good.requests;
    if (request === undefined) throw new Error('no request');
    const bad = telemetryOf([{ ...request, bytes: Uint8Array.of(255) }]);
    expect(bad).toBeInstanceOf(Telemetry);
    await expect(graph.send(bad)).rejects.toMatchObject({ code: 'INVALID_DATA' });
  });
});

describe('include and exclude', () => {
  /** Names of the spans that were marked. */
  async function marked(match: string): Promise<string[]> {
    const json = {
      resourceSpans: [
        spans('shop', { name: 'GET /cart', kind: 2, attributes: [text('route', '/cart')] }),
        spans('shop-2', {
          name: 'POST /pay',
          kind: 3,
          attributes: [{ key: 'n', value: { intValue: '3' } }],
        }),
        { scopeSpans: [{ scope: { name: 'lib2' }, spans: [{ ...IDS, name: 'nameless' }] }] },
      ],
    };
    const changed = JSON.stringify(await through('traces', `{${match}, ${MARK}}`, json));
    return ['GET /cart', 'POST /pay', 'nameless'].filter((name) =>
      new RegExp(`"name":"${name}"[^}]*?(?:"attributes":\\[[^\\]]*"mark")`).test(changed),
    );
  }

  it.each([
    ['include: {match_type: strict, services: [shop]}', ['GET /cart']],
    ['include: {match_type: regexp, services: ["^shop"]}', ['GET /cart', 'POST /pay']],
    ['include: {match_type: strict, services: ["<nil-service-name>"]}', ['nameless']],
    ['exclude: {match_type: regexp, span_names: ["^GET"]}', ['POST /pay', 'nameless']],
    ['include: {match_type: strict, span_kinds: [SPAN_KIND_CLIENT]}', ['POST /pay']],
    ['include: {match_type: strict, attributes: [{key: n, value: 3}]}', ['POST /pay']],
    ['include: {match_type: regexp, attributes: [{key: n, value: "^3$"}]}', ['POST /pay']],
    ['include: {match_type: strict, attributes: [{key: n, value: "3"}]}', []],
    ['include: {match_type: strict, attributes: [{key: route}]}', ['GET /cart']],
    ['include: {match_type: strict, libraries: [{name: lib}]}', ['GET /cart', 'POST /pay']],
    ['include: {match_type: strict, libraries: [{name: lib2, version: ""}]}', ['nameless']],
    [
      'include: {match_type: regexp, resources: [{key: service.name, value: .}]}, exclude: {match_type: strict, services: [shop-2]}',
      ['GET /cart'],
    ],
  ])('%s', async (match, names) => {
    expect(await marked(match)).toEqual(names);
  });

  it('of log records match body and severity', async () => {
    const record = (body: string, severityNumber: number) => ({
      body: { stringValue: body },
      severityNumber,
      severityText: severityNumber > 12 ? 'WARN' : 'INFO',
    });
    const logRecords = [record('login of kim', 9), record('failed', 13), record('login', 0)];
    const json = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
    const count = async (match: string): Promise<number> => {
      const changed = await through('logs', `{include: {match_type: ${match}}, ${MARK}}`, json);
      return JSON.stringify(changed).split('"mark"').length - 1;
    };
    expect(await count('regexp, log_bodies: ["^login"]')).toBe(2);
    expect(await count('strict, log_severity_texts: [WARN]')).toBe(1);
    expect(await count('strict, log_severity_number: {min: 9}')).toBe(2);
    expect(await count('strict, log_severity_number: {min: 13, match_undefined: true}')).toBe(2);
  });

  it.each([
    [
      'traces',
      'include: {match_type: exact, services: [a]}',
      "unrecognized match_type: 'exact', valid types are: [regexp strict]",
    ],
    [
      'traces',
      'include: {match_type: strict}',
      'at least one of "attributes", "libraries",  or "resources" field must be specified',
    ],
    [
      'traces',
      'include: {match_type: strict, log_bodies: [a]}',
      'log_bodies should not be specified for trace spans',
    ],
    [
      'logs',
      'include: {match_type: strict, services: [a]}',
      'services, span_names, span_kinds and metric_names are not valid for log records',
    ],
    [
      'traces',
      'include: {match_type: strict, span_kinds: [client]}',
      'span_kinds string must match one of the standard span kinds when match_type=strict: [     SPAN_KIND_CLIENT SPAN_KIND_CONSUMER SPAN_KIND_INTERNAL SPAN_KIND_PRODUCER SPAN_KIND_SERVER]',
    ],
    [
      'traces',
      'include: {match_type: regexp, attributes: [{key: a, value: 1}]}',
      'match_type=regexp for "a" only supports Str, but found Int',
    ],
    ['traces', 'include: {match_type: regexp, services: ["("]}', 'error parsing regexp'],
  ] as const)('of %s are refused: %s', async (signal, match, words) => {
    const start = TestGraph.start({ factory, signal, config: `{${match}, ${MARK}}` });
    await expect(start).rejects.toThrow(words);
    await expect(start).rejects.toThrow('failed to create "attributes" processor');
  });
});
