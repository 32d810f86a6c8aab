import { jsonOf, requestOf, SOURCE, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import type { Signal } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { filterProcessorFactory as factory } from '../src/index.ts';

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const IDS = { traceId: '1'.repeat(32), spanId: '2'.repeat(16) };

async function through(signal: Signal, config: string, json: object): Promise<unknown[]> {
  const graph = await TestGraph.start({ factory, signal, config });
  await graph.send(telemetryOf([requestOf(signal, json)], { source: SOURCE }));
  for (const { source } of graph.arrived) expect(source).toBe(SOURCE);
  return graph.arrived.flatMap(jsonOf);
}

const traces = (...groups: readonly (readonly string[])[]): object => ({
  resourceSpans: groups.map((names, i) => ({
    resource: { attributes: [text('service.name', `service-${i}`)] },
    scopeSpans: [{ spans: names.map((name) => ({ ...IDS, name })) }],
  })),
});

describe('the processor filter', () => {
  it('drops spans, and resources of which no span is left', async () => {
    const config = '{spans: {exclude: {match_type: strict, span_names: [health]}}}';
    const changed = await through('traces', config, traces(['GET /', 'health'], ['health']));
    expect(changed).toEqual([traces(['GET /'])]);
  });

  it('drops what is not included', async () => {
    const config = '{spans: {include: {match_type: regexp, services: ["-1$"]}}}';
    const changed = await through('traces', config, traces(['a'], ['b']));
    expect(JSON.stringify(changed)).toContain('"b"');
    expect(JSON.stringify(changed)).not.toContain('"a"');
  });

  it('hands nothing on when nothing is left, and is done', async () => {
    const config = '{spans: {exclude: {match_type: regexp, span_names: [.]}}}';
    expect(await through('traces', config, traces(['a'], ['b']))).toEqual([]);
  });

  it('forwards the very bytes when nothing is dropped', async () => {
    const config = '{spans: {exclude: {match_type: strict, span_names: [x]}}}';
    const graph = await TestGraph.start({ factory, signal: 'traces', config });
    const telemetry = telemetryOf([requestOf('traces', traces(['a']))]);
    await graph.send(telemetry);
    expect(graph.arrived[0]).toBe(telemetry);
  });

  it('drops log records by severity, body and attributes', async () => {
    const record = (body: string, severityNumber: number, key: string) => ({
      body: { stringValue: body },
      severityNumber,
      attributes: [text(key, 'x')],
    });
    const logRecords = [record('a', 5, 'k1'), record('b', 9, 'k2'), record('c', 17, 'k3')];
    const json = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
    const bodies = async (config: string): Promise<string[]> => {
      const changed = JSON.stringify(await through('logs', `{logs: {${config}}}`, json));
      return ['a', 'b', 'c'].filter((body) => changed.includes(`"body":{"stringValue":"${body}"}`));
    };
    expect(await bodies('include: {match_type: strict, severity_number: {min: info}}')).toEqual([
      'b',
      'c',
    ]);
    expect(await bodies('exclude: {match_type: regexp, bodies: ["^[ab]$"]}')).toEqual(['c']);
    const attributes = 'record_attributes: [{key: k2, value: x}]';
    expect(await bodies(`exclude: {match_type: strict, ${attributes}}`)).toEqual(['a', 'c']);
    expect(await bodies('include: {match_type: strict}')).toEqual(['a', 'b', 'c']);
  });

  it('drops metrics by name and by resource', async () => {
    const group = (host: string, ...names: string[]) => ({
      resource: { attributes: [text('host', host)] },
      scopeMetrics: [
        {
          metrics: names.map((name) => ({
            name,
            gauge: { dataPoints: [{ asDouble: 1, timeUnixNano: '1' }] },
          })),
        },
      ],
    });
    const json = { resourceMetrics: [group('a', 'go_x', 'y'), group('b', 'z')] };
    const config =
      '{metrics: {include: {match_type: strict, resource_attributes: [{key: host, value: a}]}, exclude: {match_type: regexp, metric_names: ["^go_"]}}}';
    expect(await through('metrics', config, json)).toEqual([
      { resourceMetrics: [group('a', 'y')] },
    ]);
  });
});

describe('configuration', () => {
  it.each([
    [
      'metrics',
      '{metrics: {include: {match_type: expr, expressions: [x]}}}',
      'expressions are not supported',
    ],
    [
      'logs',
      '{logs: {include: {match_type: strict, severity_number: {min: loud}}}}',
      "'loud' is not a valid severity: not a valid severity",
    ],
    ['traces', '{spans: {include: {match_type: strict}}}', 'at least one of "attributes"'],
  ] as const)('of %s is refused in words: %s', async (signal, config, words) => {
    await expect(TestGraph.start({ factory, signal, config })).rejects.toThrow(words);
  });

  it('takes empty lists of conditions', async () => {
    const config = '{error_mode: ignore, traces: {span: []}}';
    const graph = await TestGraph.start({ factory, signal: 'traces', config });
    await graph.send(telemetryOf([requestOf('traces', traces(['a']))]));
    expect(graph.arrived).toHaveLength(1);
  });
});
