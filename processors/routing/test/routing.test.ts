import { clientInfo, SondeError, type Telemetry } from '@sonde/pipeline';
import { requestOf, SOURCE, telemetryOf } from '@sonde/processor-test-graph';
import { describe, expect, it } from 'vitest';
import { Routed } from './routed.ts';

const attribute = (key: string, stringValue: string): object => ({ key, value: { stringValue } });
const resource = (host: string): object => ({ attributes: [attribute('host', host)] });

const SPAN = /h\d-\w/g;

/** Spans h1-a, h1-b, h2-a, h2-b, h3-a, h3-b, of three resources. */
function spans(): Telemetry {
  const resourceSpans = ['h1', 'h2', 'h3'].map((host) => ({
    resource: resource(host),
    scopeSpans: [{ spans: ['a', 'b'].map((name) => ({ name: `${host}-${name}` })) }],
  }));
  return telemetryOf([requestOf('traces', { resourceSpans })]);
}

const point = (tag: string): object => ({
  asDouble: 1,
  timeUnixNano: '1',
  attributes: [attribute('tag', tag)],
});

function metrics(): Telemetry {
  const list = [
    { name: 'gauge', gauge: { dataPoints: [point('p-x'), point('p-y')] } },
    { name: 'sum', sum: { dataPoints: [point('p-x'), point('p-z')] } },
    {
      name: 'histogram',
      histogram: {
        dataPoints: [
          { count: '7', timeUnixNano: '1', attributes: [attribute('tag', 'p-x')] },
          { count: '8', timeUnixNano: '1', attributes: [attribute('tag', 'p-y')] },
        ],
      },
    },
  ];
  const resourceMetrics = [{ resource: resource('h1'), scopeMetrics: [{ metrics: list }] }];
  return telemetryOf([requestOf('metrics', { resourceMetrics })]);
}

describe('a table of routes', () => {
  it('moves what a condition means out of the reach of the next', async () => {
    const routed = new Routed('traces', {
      default_pipelines: ['traces/c'],
      table: [
        { condition: 'resource.attributes["host"] == "h2"', pipelines: ['traces/a'] },
        { condition: 'IsMatch(span.name, "-a$")', pipelines: ['traces/b'] },
      ],
    });
    await routed.send(spans());
    expect(routed.texts('traces/a', SPAN)).toEqual(['h2-a', 'h2-b']);
    expect(routed.texts('traces/b', SPAN)).toEqual(['h1-a', 'h3-a']);
    expect(routed.texts('traces/c', SPAN)).toEqual(['h1-b', 'h3-b']);
  });

  it('leaves what it copies to the routes below', async () => {
    const routed = new Routed('traces', {
      table: [
        { condition: 'span.name == "h1-a"', action: 'copy', pipelines: ['traces/a'] },
        { condition: 'resource.attributes["host"] == "h1"', pipelines: ['traces/b'] },
      ],
    });
    await routed.send(spans());
    expect(routed.texts('traces/a', SPAN)).toEqual(['h1-a']);
    expect(routed.texts('traces/b', SPAN)).toEqual(['h1-a', 'h1-b']);
    expect(routed.arrived.has('traces/c')).toBe(false);
  });

  it('gives a pipeline one batch in the order of the rows, whichever routes meant them', async () => {
    const routed = new Routed('traces', {
      default_pipelines: ['traces/a'],
      table: [
        { condition: 'resource.attributes["host"] == "h3"', pipelines: ['traces/a'] },
        { condition: 'span.name == "h1-b"', pipelines: ['traces/b', 'traces/c'] },
      ],
    });
    await routed.send(spans());
    expect(routed.arrived.get('traces/a')).toHaveLength(1);
    expect(routed.texts('traces/a', SPAN)).toEqual(['h1-a', 'h2-a', 'h2-b', 'h3-a', 'h3-b']);
    for (const id of ['traces/b', 'traces/c']) expect(routed.texts(id, SPAN)).toEqual(['h1-b']);
  });

  it('gives twice what is copied twice to one pipeline, each a share of its own', async () => {
    const routed = new Routed('traces', {
      default_pipelines: ['traces/a'],
      table: [{ condition: 'span.name == "h1-a"', action: 'copy', pipelines: ['traces/a'] }],
    });
    await routed.send(telemetryOf([requestOf('traces', oneSpan('h1-a'))], { source: SOURCE }));
    const arrived = routed.arrived.get('traces/a') ?? [];
    expect(arrived.map(({ source }) => source)).toEqual([
      { ...SOURCE, share: 'traces/a' },
      { ...SOURCE, share: 'traces/a/1' },
    ]);
  });

  it('forwards what goes to one pipeline whole as it came', async () => {
    const routed = new Routed('traces', {
      table: [{ context: 'span', condition: 'true', pipelines: ['traces/a'] }],
    });
    const batch = spans();
    await routed.send(batch);
    expect(routed.arrived.get('traces/a')).toEqual([batch]);
    expect(routed.arrived.get('traces/a')?.[0]).toBe(batch);
  });

  it('keeps tenants and times of receipt', async () => {
    const routed = new Routed('traces', {
      table: [{ condition: 'IsMatch(span.name, "b$")', pipelines: ['traces/a'] }],
    });
    const parts = ['one', 'two'].map((tenant, index) =>
      requestOf('traces', oneSpan(`${tenant}-b`), { tenant, receivedUnixMs: 1000 + index }),
    );
    const [first, second] = parts;
    if (first === undefined || second === undefined) throw new Error('two parts');
    await routed.send(telemetryOf([first, requestOf('traces', oneSpan('x')), second]));
    const [arrived] = routed.arrived.get('traces/a') ?? [];
    expect(arrived?.requests.map(({ tenant, receivedUnixMs }) => [tenant, receivedUnixMs])).toEqual(
      [
        ['one', 1000],
        ['two', 1001],
      ],
    );
  });

  it('moves metrics, and points of what is left', async () => {
    const routed = new Routed('metrics', {
      default_pipelines: ['metrics/c'],
      table: [
        { condition: 'metric.name == "sum"', pipelines: ['metrics/a'] },
        { condition: 'datapoint.attributes["tag"] == "p-x"', pipelines: ['metrics/b'] },
      ],
    });
    await routed.send(metrics());
    const pattern = /"(gauge|sum|histogram|p-\w)"(?!:)/g;
    expect(routed.texts('metrics/a', pattern)).toEqual(['"sum"', '"p-x"', '"p-z"']);
    expect(routed.texts('metrics/b', pattern)).toEqual([
      '"gauge"',
      '"p-x"',
      '"histogram"',
      '"p-x"',
    ]);
    expect(routed.texts('metrics/c', pattern)).toEqual([
      '"gauge"',
      '"p-y"',
      '"histogram"',
      '"p-y"',
    ]);
  });

  it('routes log records', async () => {
    const routed = new Routed('logs', {
      table: [
        { condition: 'log.severity_number >= SEVERITY_NUMBER_ERROR', pipelines: ['logs/a'] },
        { statement: 'route() where log.body == "hello"', pipelines: ['logs/b'] },
      ],
    });
    const logRecords = [
      { body: { stringValue: 'hello' } },
      { body: { stringValue: 'broken' }, severityNumber: 17 },
    ];
    const resourceLogs = [{ resource: resource('h1'), scopeLogs: [{ logRecords }] }];
    await routed.send(telemetryOf([requestOf('logs', { resourceLogs })]));
    expect(routed.texts('logs/a', /hello|broken/g)).toEqual(['broken']);
    expect(routed.texts('logs/b', /hello|broken/g)).toEqual(['hello']);
  });
});

function oneSpan(name: string): object {
  return { resourceSpans: [{ scopeSpans: [{ spans: [{ name }] }] }] };
}

describe('a route by who sent', () => {
  const client = clientInfo({ metadata: new Map([['x-tenant', ['a', 'b']]]) });

  it.each([
    ['request["X-Tenant"] == "b"', true],
    ['request["x-tenant"] == "c"', false],
    ['request["x-tenant"] != "a"', true],
    ['request["x-other"] != "a"', false],
  ])('has %s answer %s for two values', async (condition, isMeant) => {
    const routed = new Routed('traces', {
      default_pipelines: ['traces/c'],
      table: [{ context: 'request', condition, pipelines: ['traces/a'] }],
    });
    await routed.send(spans().withClient(client));
    expect([...routed.arrived.keys()]).toEqual([isMeant ? 'traces/a' : 'traces/c']);
  });

  it('asks once for the paths of otelcol alone', async () => {
    const routed = new Routed('traces', {
      table: [
        { condition: 'otelcol.client.metadata["x-tenant"][0] == "a"', pipelines: ['traces/a'] },
      ],
    });
    await routed.send(spans().withClient(client));
    await routed.send(spans());
    expect(routed.arrived.get('traces/a')).toHaveLength(1);
  });
});

describe('a route whose statement deletes keys', () => {
  it('deletes them in what it moves, and leaves the rest', async () => {
    const routed = new Routed('traces', {
      default_pipelines: ['traces/c'],
      table: [
        {
          statement:
            'delete_key(resource.attributes, "host") where resource.attributes["host"] == "h2"',
          pipelines: ['traces/a'],
        },
      ],
    });
    await routed.send(spans());
    expect(routed.texts('traces/a', /"h\d"|h\d-\w/g)).toEqual(['h2-a', 'h2-b']);
    expect(routed.texts('traces/c', /"h\d"|h\d-\w/g)).toEqual([
      '"h1"',
      'h1-a',
      'h1-b',
      '"h3"',
      'h3-a',
      'h3-b',
    ]);
  });
});

describe('a route that fails', () => {
  const table = [{ condition: 'Substring(span.name, 100, 1) == "x"', pipelines: ['traces/a'] }];
  const failing = { default_pipelines: ['traces/c'], table };

  it('means nothing, and says so, by default', async () => {
    const routed = new Routed('traces', failing);
    await routed.send(spans());
    expect(routed.texts('traces/c', SPAN)).toHaveLength(6);
    expect(routed.logger.lines).toHaveLength(6);
  });

  it('says nothing when it is silent', async () => {
    const routed = new Routed('traces', { ...failing, error_mode: 'silent' });
    await routed.send(spans());
    expect(routed.texts('traces/c', SPAN)).toHaveLength(6);
    expect(routed.logger.lines).toEqual([]);
  });

  it('refuses the batch when errors are propagated', async () => {
    const routed = new Routed('traces', { ...failing, error_mode: 'propagate' });
    await expect(routed.send(spans())).rejects.toMatchObject({ code: 'INVALID_DATA' });
    expect(routed.arrived.size).toBe(0);
  });
});

describe('pipelines that refuse', () => {
  it('are told of together, when all were asked', async () => {
    const routed = new Routed('traces', {
      default_pipelines: ['traces/c'],
      table: [{ condition: 'span.name == "h1-a"', pipelines: ['traces/a'] }],
    });
    routed.refusals.set('traces/a', new SondeError('OVERLOADED', 'full'));
    await expect(routed.send(spans())).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(routed.texts('traces/c', SPAN)).toHaveLength(5);
  });
});
