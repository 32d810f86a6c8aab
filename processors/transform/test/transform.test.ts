import { clientInfo } from '@sonde/pipeline';
import { jsonOf, requestOf, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import type { Signal } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { transformConfig, transformProcessorFactory } from '../src/index.ts';

function run(signal: Signal, config: object): Promise<TestGraph> {
  const factory = transformProcessorFactory;
  return TestGraph.start({ factory, signal, config: JSON.stringify(config) });
}

const attribute = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

function spans(...names: string[]): object {
  const resource = { attributes: [attribute('service.name', 'shop')] };
  const list = names.map((name) => ({ name, events: [{ name: `${name}-event` }] }));
  return { resourceSpans: [{ resource, scopeSpans: [{ spans: list }] }] };
}

/** What becomes of one request. */
async function transformed(signal: Signal, config: object, request: object): Promise<unknown> {
  const graph = await run(signal, config);
  await graph.send(telemetryOf([requestOf(signal, request)]));
  await graph.stop();
  const [arrived] = graph.arrived;
  return arrived === undefined ? undefined : jsonOf(arrived)[0];
}

/** Texts of what a configuration is refused with. */
function problems(config: object): string[] {
  const { error } = transformConfig.safeParse(config);
  return error?.issues.map(({ message }) => message) ?? [];
}

describe('transform', () => {
  it('changes what its statements say, in their order', async () => {
    const json = await transformed(
      'traces',
      {
        trace_statements: [
          'set(span.attributes["was"], span.name)',
          'set(span.name, Concat(["x", span.name], "-")) where span.name == "a"',
          'delete_key(resource.attributes, "service.name")',
        ],
      },
      spans('a', 'b'),
    );
    expect(json).toMatchObject({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                { name: 'x-a', attributes: [attribute('was', 'a')] },
                { name: 'b', attributes: [attribute('was', 'b')] },
              ],
            },
          ],
        },
      ],
    });
    expect(JSON.stringify(json)).not.toContain('shop');
  });

  it('passes on the batch itself when no statement changes anything', async () => {
    const graph = await run('traces', { trace_statements: ['set(span.name, "x") where false'] });
    const batch = telemetryOf([requestOf('traces', spans('a'))]);
    await graph.send(batch);
    expect(graph.arrived).toEqual([batch]);
    expect(graph.arrived[0]).toBe(batch);
    await graph.stop();
  });

  it('takes groups with a context, whose paths need no prefix, and conditions', async () => {
    const json = await transformed(
      'traces',
      {
        trace_statements: [
          {
            context: 'span',
            conditions: ['name == "a"', 'kind == SPAN_KIND_CLIENT'],
            statements: ['set(attributes["hit"], true)'],
          },
          { context: 'spanevent', statements: ['set(name, span.name) where span.name == "b"'] },
          { context: 'resource', statements: ['set(attributes["r"], 1)'] },
          { context: 'scope', statements: ['set(name, "lib")'] },
        ],
      },
      spans('a', 'b'),
    );
    expect(json).toMatchObject({
      resourceSpans: [
        {
          resource: { attributes: [{}, { key: 'r', value: { intValue: '1' } }] },
          scopeSpans: [
            {
              scope: { name: 'lib' },
              spans: [
                {
                  name: 'a',
                  attributes: [{ key: 'hit', value: { boolValue: true } }],
                  events: [{ name: 'a-event' }],
                },
                { name: 'b', events: [{ name: 'b' }] },
              ],
            },
          ],
        },
      ],
    });
    expect(JSON.stringify(json).match(/hit/g)).toHaveLength(1);
  });

  it('infers the deepest context that is named, and visits its rows', async () => {
    const json = await transformed(
      'traces',
      { trace_statements: ['set(span.name, spanevent.name)'] },
      spans('a'),
    );
    expect(json).toMatchObject({
      resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'a-event' }] }] }],
    });
  });

  it('keeps a cache for each row, and one for the batch where it is shared', async () => {
    const body = (log: string): object => ({ body: { stringValue: log } });
    const request = {
      resourceLogs: [{ scopeLogs: [{ logRecords: [body('first'), body('second')] }] }],
    };
    const remember = 'set(log.cache["seen"], log.body) where log.cache["seen"] == nil';
    const write = 'set(log.attributes["seen"], log.cache["seen"])';
    const seen = async (groups: object[]): Promise<unknown> => {
      const json = JSON.stringify(await transformed('logs', { log_statements: groups }, request));
      return json.match(/"(?:first|second)"/g);
    };
    const apart = [{ statements: [remember, write] }];
    expect(await seen(apart)).toEqual(['"first"', '"first"', '"second"', '"second"']);
    const shared = [
      { statements: [remember], shared_cache: true },
      { statements: [write], shared_cache: true },
    ];
    expect(await seen(shared)).toEqual(['"first"', '"first"', '"second"', '"first"']);
    const lost = [{ statements: [remember] }, { statements: [write] }];
    expect(await seen(lost)).toEqual(['"first"', '"second"']);
  });

  it('sees who sent the data', async () => {
    const graph = await run('traces', {
      trace_statements: [
        'set(span.attributes["tenant"], otelcol.client.metadata["x-tenant"])',
        'set(span.attributes["addr"], otelcol.client.addr)',
      ],
    });
    const metadata = new Map([['x-tenant', ['a', 'b']]]);
    const client = clientInfo({ address: '10.0.0.1', metadata });
    await graph.send(telemetryOf([requestOf('traces', spans('s'))]).withClient(client));
    const json = JSON.stringify(graph.arrived.flatMap(jsonOf));
    expect(json).toContain('{"key":"tenant","value":{"stringValue":"a"}}');
    expect(json).toContain('{"key":"addr","value":{"stringValue":"10.0.0.1"}}');
    await graph.stop();
  });
});

describe('error_mode', () => {
  const failing = 'set(span.attributes["x"], 1 / span.flags)';
  const then = 'set(span.name, "after")';
  const config = (mode: string): object => ({
    error_mode: mode,
    trace_statements: [failing, then],
  });

  it('propagate refuses the batch for good, with the statement', async () => {
    const graph = await run('traces', config('propagate'));
    const batch = telemetryOf([requestOf('traces', spans('a'))]);
    await expect(graph.send(batch)).rejects.toMatchObject({
      code: 'INVALID_DATA',
      retryable: false,
      message: `failed to execute statement: ${failing}, attempted to divide by 0`,
    });
    expect(graph.arrived).toEqual([]);
    await graph.stop();
  });

  it('ignore logs and goes on with the next statement, silent goes on', async () => {
    for (const mode of ['ignore', 'silent']) {
      const graph = await run('traces', config(mode));
      await graph.send(telemetryOf([requestOf('traces', spans('a'))]));
      expect(JSON.stringify(graph.arrived.flatMap(jsonOf))).toContain('after');
      const lines = graph.logger.lines.filter(({ level }) => level === 'warn');
      const expected = { message: 'failed to execute statement', fields: { statement: failing } };
      expect(lines).toMatchObject(mode === 'ignore' ? [expected] : []);
      await graph.stop();
    }
  });

  it('of a group wins over that of the processor', async () => {
    const graph = await run('traces', {
      error_mode: 'propagate',
      trace_statements: [{ error_mode: 'silent', statements: [failing] }, { statements: [then] }],
    });
    await graph.send(telemetryOf([requestOf('traces', spans('a'))]));
    expect(graph.arrived).toHaveLength(1);
    await graph.stop();
  });
});

describe('the configuration', () => {
  it('may be empty', () => {
    expect(problems({})).toEqual([]);
    expect(transformConfig.parse(null).error_mode).toBe('ignore');
  });

  const REFUSED: readonly (readonly [string, object, string])[] = [
    [
      'a statement that does not parse',
      { trace_statements: ['set(span.name, )'] },
      'unable to parse OTTL statement "set(span.name, )": statement has invalid syntax: 1:16: unexpected token ")"',
    ],
    [
      'a function that there is not',
      { log_statements: [{ context: 'log', statements: ['drain(attributes)'] }] },
      'unable to parse OTTL statement "drain(attributes)": undefined function "drain"',
    ],
    [
      'a function that the inferred context lacks',
      { log_statements: ['drain(log.attributes)'] },
      'unable to infer a valid context (["resource" "scope" "log"]) from statements ["drain(log.attributes)"] and conditions []: inferred context "log" does not support the function "drain"',
    ],
    [
      'statements that name no context',
      { metric_statements: ['convert_gauge_to_sum("cumulative", true)'] },
      'unable to infer context from statements ["convert_gauge_to_sum(\\"cumulative\\", true)"] and conditions [], path\'s first segment must be a valid context name',
    ],
    [
      'paths of two contexts that no context has both of',
      {
        metric_statements: [
          'convert_sum_to_gauge() where metric.name == "x"',
          'limit(datapoint.attributes, 100, ["host.name"])',
        ],
      },
      'inferred context "datapoint" does not support the function "convert_sum_to_gauge"',
    ],
    [
      'a path without prefix beside one with',
      { trace_statements: ['set(name, span.name)'] },
      'missing context name for path "name", possibly valid options are: "resource.name", "scope.name"',
    ],
    [
      'a path of another signal',
      { log_statements: ['set(span.name, "x")'] },
      'unable to infer a valid context (["resource" "scope" "log"])',
    ],
    [
      'a path that there is not',
      { log_statements: ['set(log.atributes["a"], "1")'] },
      'error while parsing arguments for call to "set": invalid argument at position 0: segment "atributes" from path "log.atributes[a]" is not a valid path nor a valid OTTL keyword for the log context - review https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/pkg/ottl/contexts/ottllog to see all valid paths',
    ],
    [
      'an unknown context',
      { trace_statements: [{ context: 'abc', statements: ['set(a, 1)'] }] },
      'unknown context abc',
    ],
    [
      'both styles in one list',
      { trace_statements: ['set(span.name, "x")', { statements: [] }] },
      'configuring multiple configuration styles is not supported, please use only Basic configuration or only Advanced configuration',
    ],
    [
      'an empty element',
      { trace_statements: [null] },
      'invalid trace_statements item: empty statement list items are not supported',
    ],
    [
      'statements for profiles',
      { profile_statements: ['set(profile.x, 1)'] },
      'profile_statements',
    ],
    ['flatten_data', { flatten_data: true }, "'flatten_data' requires"],
    [
      'a function of the Collector that is not here',
      {
        metric_statements: [{ context: 'metric', statements: ['extract_percentile_metric(0.5)'] }],
      },
      "couldn't create function: the function extract_percentile_metric is not supported",
    ],
  ];

  it.each(REFUSED)('is refused for %s', (_, config, text) => {
    expect(problems(config).join('\n')).toContain(text);
  });

  it('says where in a statement the mistake is', () => {
    const { error } = transformConfig.safeParse({
      trace_statements: [{ context: 'span', statements: ['set(name, "x")', 'set(nam, "x")'] }],
    });
    expect(error?.issues).toMatchObject([
      { path: ['trace_statements', 0], params: { hint: 'at 1:5, at nam, "x")' } },
    ]);
  });
});
