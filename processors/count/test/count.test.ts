import { SondeError, type Telemetry } from '@sonde/pipeline';
import { contractSettings } from '@sonde/pipeline/contract-suite';
import { jsonOf, requestOf, SOURCE, telemetryOf } from '@sonde/processor-test-graph';
import type { Signal } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { countConnectorFactory as factory } from '../src/index.ts';

const attribute = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

/** What the connector makes of a batch. */
async function counted(config: unknown, telemetry: Telemetry): Promise<readonly Telemetry[]> {
  const arrived: Telemetry[] = [];
  const consume = async (counts: Telemetry) => {
    arrived.push(counts);
  };
  const from: Signal = telemetry.signal;
  const settings = { ...contractSettings('count'), from, to: 'metrics' as const };
  const next = { consume, pipelines: new Map() };
  const connector = factory.create(settings, factory.config.parse(config), next);
  await connector.consume(telemetry);
  return arrived;
}

async function countsOf(config: unknown, signal: Signal, json: object): Promise<unknown> {
  const [counts] = await counted(config, telemetryOf([requestOf(signal, json)]));
  return counts === undefined ? undefined : jsonOf(counts)[0];
}

const SPANS = {
  resourceSpans: ['h1', 'h2'].map((host) => ({
    resource: { attributes: [attribute('host', host)] },
    schemaUrl: 'https://schema',
    scopeSpans: [
      {
        scope: { name: 'lib', attributes: [attribute('tier', `${host}-tier`)] },
        spans: ['a', 'b', 'b'].map((name, index) => ({
          name,
          startTimeUnixNano: String(10 + index),
          endTimeUnixNano: String(20 + index),
          attributes: [attribute('name', name), ...(index === 2 ? [attribute('tier', 'own')] : [])],
          events: name === 'a' ? [{ name: 'e', timeUnixNano: '15' }, { name: 'f' }] : [],
        })),
      },
    ],
  })),
};

function sumOf(name: string, dataPoints: readonly object[], description?: string): object {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    sum: { dataPoints, aggregationTemporality: 1, isMonotonic: true },
  };
}

describe('counts of spans', () => {
  it('are one of spans and one of events for each resource, with its attributes', async () => {
    const times = { startTimeUnixNano: '10', timeUnixNano: '22' };
    const ofEvents = { startTimeUnixNano: '15', timeUnixNano: '15' };
    expect(await countsOf(null, 'traces', SPANS)).toEqual({
      resourceMetrics: ['h1', 'h2'].map((host) => ({
        resource: { attributes: [attribute('host', host)] },
        scopeMetrics: [
          {
            scope: {
              name: 'github.com/open-telemetry/opentelemetry-collector-contrib/connector/countconnector',
            },
            metrics: [
              sumOf(
                'trace.span.count',
                [{ ...times, asInt: '3' }],
                'The number of spans observed.',
              ),
              sumOf(
                'trace.span.event.count',
                [{ ...ofEvents, asInt: '2' }],
                'The number of span events observed.',
              ),
            ],
          },
        ],
      })),
    });
  });

  it('are kept apart by attributes of the span, else its scope, else its resource', async () => {
    const spans = { by: { attributes: [{ key: 'name' }, { key: 'tier' }, { key: 'host' }] } };
    const json = JSON.stringify(await countsOf({ spans }, 'traces', SPANS));
    const values = json
      .match(/"asInt":"\d"|"stringValue":"[^"]+"/g)
      ?.map((text) => text.split('"')[3]);
    expect(values?.slice(1, 13)).toEqual([
      ...['1', 'a', 'h1-tier', 'h1'],
      ...['1', 'b', 'h1-tier', 'h1'],
      ...['1', 'b', 'own', 'h1'],
    ]);
  });

  it('leave out what lacks an attribute without a default', async () => {
    const spans = {
      with: { attributes: [{ key: 'no', default_value: 7 }] },
      without: { attributes: [{ key: 'no' }] },
    };
    const json = JSON.stringify(await countsOf({ spans }, 'traces', SPANS));
    expect(json).toContain('"attributes":[{"key":"no","value":{"intValue":"7"}}]');
    expect(json).not.toContain('"without"');
  });

  it('are of what one of the conditions holds for', async () => {
    const spans = { some: { conditions: ['name == "a"', 'span.attributes["tier"] == "own"'] } };
    const spanevents = { e: { conditions: ['name == "e"'] } };
    const json = JSON.stringify(await countsOf({ spans, spanevents }, 'traces', SPANS));
    expect(json.match(/"asInt":"\d"/g)).toEqual([2, 1, 2, 1].map((n) => `"asInt":"${n}"`));
  });

  it('are nothing where nothing is counted', async () => {
    const none = { none: { conditions: ['name == "z"'] } };
    expect(await countsOf({ spans: none, spanevents: none }, 'traces', SPANS)).toBeUndefined();
  });
});

describe('counts of metrics', () => {
  const point = (time: string): object => ({ asInt: '1', timeUnixNano: time });
  const json = (metrics: readonly object[]): object => ({
    resourceMetrics: [{ scopeMetrics: [{ metrics }] }],
  });
  const METRICS = json([
    { name: 'g', gauge: { dataPoints: [point('5'), point('6')] } },
    { name: 'h', histogram: { dataPoints: [{ count: '1', timeUnixNano: '4' }] } },
    { name: 'x', summary: { dataPoints: [{ count: '1', timeUnixNano: '9' }] } },
  ]);

  it('are of metrics at the time of receipt, and of points at theirs', async () => {
    const text = JSON.stringify(await countsOf(null, 'metrics', METRICS));
    expect(text.match(/"(startT|t)imeUnixNano":"\d+"|"asInt":"\d"/g)).toEqual([
      '"startTimeUnixNano":"1764000000000000000"',
      '"timeUnixNano":"1764000000000000000"',
      '"asInt":"3"',
      '"startTimeUnixNano":"4"',
      '"timeUnixNano":"9"',
      '"asInt":"4"',
    ]);
  });

  it('ask points below their metrics', async () => {
    const config = {
      metrics: { hs: { conditions: ['name == "h"'] } },
      datapoints: { gs: { conditions: ['metric.name == "g"'] } },
    };
    const text = JSON.stringify(await countsOf(config, 'metrics', METRICS));
    expect(text.match(/"asInt":"\d"/g)).toEqual(['"asInt":"1"', '"asInt":"2"']);
  });

  it('refuse a metric of no kind', async () => {
    const failing = countsOf(null, 'metrics', json([{ name: 'odd' }]));
    await expect(failing).rejects.toThrow(
      new SondeError('INVALID_DATA', 'metric "odd": invalid metric type: Empty'),
    );
  });
});

describe('counts of log records', () => {
  const logs = (count: number): object => ({
    resourceLogs: [{ scopeLogs: [{ logRecords: Array.from({ length: count }, () => ({})) }] }],
  });

  it('stay with tenant, time of receipt and a share of the range', async () => {
    const requests = [
      requestOf('logs', logs(2), { tenant: 'one', receivedUnixMs: 1000 }),
      requestOf('logs', logs(3), { tenant: 'two', receivedUnixMs: 2000 }),
    ] as const;
    const [counts] = await counted(null, telemetryOf(requests, { source: SOURCE }));
    expect(counts?.source).toEqual({ ...SOURCE, share: 'count' });
    const heads = counts?.requests.map(({ tenant, receivedUnixMs }) => [tenant, receivedUnixMs]);
    expect(heads).toEqual([
      ['one', 1000],
      ['two', 2000],
    ]);
    const text = JSON.stringify(counts && jsonOf(counts));
    expect(text.match(/"asInt":"\d"/g)).toEqual(['"asInt":"2"', '"asInt":"3"']);
  });

  it('refuse a batch for which a condition fails', async () => {
    const config = { logs: { odd: { conditions: ['Int(Substring(body, 100, 1)) == 1'] } } };
    await expect(countsOf(config, 'logs', logs(1))).rejects.toMatchObject({ code: 'INVALID_DATA' });
  });
});
