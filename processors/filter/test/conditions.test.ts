import { clientInfo } from '@sonde/pipeline';
import { jsonOf, requestOf, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import type { Signal } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { filterProcessorFactory as factory, filterConfig } from '../src/index.ts';

const attribute = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

function start(signal: Signal, config: object): Promise<TestGraph> {
  return TestGraph.start({ factory, signal, config: JSON.stringify(config) });
}

async function through(signal: Signal, config: object, json: object): Promise<string> {
  const graph = await start(signal, config);
  await graph.send(telemetryOf([requestOf(signal, json)]));
  await graph.stop();
  return JSON.stringify(graph.arrived.flatMap(jsonOf));
}

const resource = (host: string): object => ({ attributes: [attribute('host', host)] });

const TRACES = {
  resourceSpans: ['h1', 'h2'].map((host) => ({
    resource: resource(host),
    scopeSpans: [
      {
        scope: { name: `lib-${host}` },
        spans: ['a', 'b'].map((name) => ({
          name: `${host}-${name}`,
          kind: name === 'a' ? 2 : 3,
          events: [{ name: `${host}-${name}-grpc` }, { name: `${host}-${name}-other` }],
        })),
      },
    ],
  })),
};

const point = (value: number, ...attributes: object[]): object => ({
  asDouble: value,
  timeUnixNano: '1',
  attributes,
});

const METRICS = {
  resourceMetrics: [
    {
      resource: resource('h1'),
      scopeMetrics: [
        {
          metrics: [
            { name: 'g', gauge: { dataPoints: [point(1, attribute('bad', 'x')), point(2)] } },
            { name: 's', sum: { dataPoints: [point(3, attribute('bad', 'y'))] } },
            {
              name: 'h',
              histogram: {
                dataPoints: [
                  { count: '7', timeUnixNano: '1' },
                  { count: '8', timeUnixNano: '1' },
                ],
              },
            },
            {
              name: 'q',
              summary: { dataPoints: [{ count: '9', timeUnixNano: '1' }] },
            },
          ],
        },
      ],
    },
  ],
};

const LOGS = {
  resourceLogs: [
    {
      resource: resource('h1'),
      scopeLogs: [
        {
          logRecords: [
            { body: { stringValue: 'keep' }, severityNumber: 17 },
            { body: { stringValue: 'drop' }, severityNumber: 5 },
          ],
        },
      ],
    },
  ],
};

describe('conditions', () => {
  it('drop spans, resources and span events for which one holds', async () => {
    const conditions = {
      resource: ['attributes["host"] == "h2"'],
      span: ['name == "none"', 'kind == SPAN_KIND_CLIENT'],
      spanevent: ['IsMatch(name, "grpc$")'],
    };
    const json = await through('traces', { traces: conditions }, TRACES);
    expect(json.match(/"name":"[^"]*"/g)).toEqual([
      '"name":"lib-h1"',
      '"name":"h1-a"',
      '"name":"h1-a-other"',
    ]);
  });

  it('hand on the very batch when none holds, and nothing when all do', async () => {
    const graph = await start('traces', { traces: { span: ['name == "none"'] } });
    const batch = telemetryOf([requestOf('traces', TRACES)]);
    await graph.send(batch);
    expect(graph.arrived[0]).toBe(batch);
    await graph.stop();
    expect(await through('traces', { traces: { span: ['true'] } }, TRACES)).toBe('[]');
  });

  it('drop metrics and data points of every kind', async () => {
    const ofMetrics = { metrics: { metric: ['type == METRIC_DATA_TYPE_SUM', 'name == "q"'] } };
    expect((await through('metrics', ofMetrics, METRICS)).match(/"name":"."/g)).toEqual([
      '"name":"g"',
      '"name":"h"',
    ]);
    const ofPoints = {
      metrics: { datapoint: ['attributes["bad"] != nil', 'metric.name == "h" and count == 7'] },
    };
    const json = await through('metrics', ofPoints, METRICS);
    expect(json.match(/"(?:name|asDouble|count)":[^,}\]]*/g)).toEqual([
      '"name":"g"',
      '"asDouble":2',
      '"name":"h"',
      '"count":"8"',
      '"name":"q"',
      '"count":"9"',
    ]);
  });

  it('ask metrics about their points', async () => {
    const names = async (condition: string): Promise<unknown> => {
      const config = { metrics: { metric: [condition] } };
      return (await through('metrics', config, METRICS)).match(/"name":"."/g)?.join('');
    };
    expect(await names('HasAttrKeyOnDatapoint("bad")')).toBe('"name":"h""name":"q"');
    expect(await names('HasAttrOnDatapoint("bad", "y")')).toBe('"name":"g""name":"h""name":"q"');
    expect(await names('HasAttrKeyOnDatapoint("none")')).toContain('"name":"s"');
  });

  it('drop log records', async () => {
    const config = { logs: { log_record: ['severity_number < SEVERITY_NUMBER_WARN'] } };
    const json = await through('logs', config, LOGS);
    expect(json).toContain('keep');
    expect(json).not.toContain('drop');
  });

  it('of the newer lists have their context inferred or named', async () => {
    const config = {
      trace_conditions: ['resource.attributes["host"] == "h2"', 'span.name == "h1-a"'],
    };
    expect((await through('traces', config, TRACES)).match(/"h\d-."/g)).toEqual(['"h1-b"']);
    const groups = {
      trace_conditions: [
        { context: 'scope', conditions: ['name == "lib-h2"'] },
        { context: 'spanevent', conditions: ['span.name == "h1-b"'] },
        { conditions: ['span.name == "h1-a"'] },
      ],
    };
    expect((await through('traces', groups, TRACES)).match(/"h\d-.[^"]*"/g)).toEqual(['"h1-b"']);
    const points = { metric_conditions: ['datapoint.value_double >= 2.0', 'metric.name == "h"'] };
    expect((await through('metrics', points, METRICS)).match(/"name":"."/g)).toEqual([
      '"name":"g"',
      '"name":"q"',
    ]);
    const logs = { log_conditions: ['log.body == "drop"'] };
    expect(await through('logs', logs, LOGS)).not.toContain('drop');
  });

  it('may ask who sent the data', async () => {
    const condition = 'otelcol.client.metadata["x-drop"] == "yes"';
    const graph = await start('traces', { traces: { span: [condition] } });
    const batch = telemetryOf([requestOf('traces', TRACES)]);
    await graph.send(batch);
    const metadata = new Map([['x-drop', ['yes']]]);
    await graph.send(batch.withClient(clientInfo({ metadata })));
    expect(graph.arrived).toEqual([batch]);
    await graph.stop();
  });
});

describe('error_mode', () => {
  const failing = 'resource.attributes["host"] > 1 / (kind - 2)';
  const config = (mode: string): object => ({ error_mode: mode, traces: { span: [failing] } });

  it('propagate refuses the batch for good', async () => {
    const graph = await start('traces', config('propagate'));
    await expect(graph.send(telemetryOf([requestOf('traces', TRACES)]))).rejects.toMatchObject({
      code: 'INVALID_DATA',
      message: `failed to eval condition: ${failing}, attempted to divide by 0`,
    });
    await graph.stop();
  });

  it('ignore logs and keeps the row, silent keeps it', async () => {
    for (const mode of ['ignore', 'silent']) {
      const graph = await start('traces', config(mode));
      await graph.send(telemetryOf([requestOf('traces', TRACES)]));
      expect(graph.arrived).toHaveLength(1);
      const lines = graph.logger.lines.filter(({ level }) => level === 'warn');
      const expected = { message: 'failed to eval condition', fields: { condition: failing } };
      expect(lines).toMatchObject(mode === 'ignore' ? [expected, expected] : []);
      await graph.stop();
    }
  });
});

describe('the configuration of conditions', () => {
  const REFUSED: readonly (readonly [config: object, text: string])[] = [
    [
      { traces: { span: ['nam == "x"'] } },
      'unable to parse OTTL condition "nam == \\"x\\"": segment "nam" from path "nam" is not a valid path nor a valid OTTL keyword for the span context',
    ],
    [
      { logs: { log_record: ['body =='] } },
      'condition has invalid syntax: 1:8: unexpected token "<EOF>"',
    ],
    [
      { log_conditions: ['body == "x"'] },
      'unable to infer context from statements [] and conditions ["body == \\"x\\""]',
    ],
    [
      { metrics: { datapoint: ['HasAttrKeyOnDatapoint("x")'] } },
      'undefined function "HasAttrKeyOnDatapoint"',
    ],
    [
      {
        spans: { include: { match_type: 'strict', span_names: ['x'] } },
        traces: { span: ['true'] },
      },
      'cannot use ottl conditions and include/exclude for spans at the same time',
    ],
    [
      { trace_conditions: ['span.name == "x"'], traces: { span: ['true'] } },
      'cannot use context inferred conditions "trace_conditions" and the settings "traces.span" at the same time',
    ],
    [{ error_mode: 'loud' }, 'unknown error mode loud'],
    [{ log_conditions: [null] }, 'condition cannot be empty'],
    [
      { log_conditions: ['log.body == "x"', { conditions: [] }] },
      'configuring multiple configuration styles is not supported',
    ],
    [{ profiles: { profile: ['true'] } }, 'profiles::profile: profiles are not supported'],
    [{ profile_conditions: ['true'] }, 'profile_conditions: profiles are not supported'],
    [{ trace_conditions: [{ context: 'log', conditions: ['true'] }] }, 'unknown context log'],
  ];

  it.each(REFUSED)('refuses %j', (config, text) => {
    const { error } = filterConfig.safeParse(config);
    expect(error?.issues.map(({ message }) => message).join('\n')).toContain(text);
  });
});
