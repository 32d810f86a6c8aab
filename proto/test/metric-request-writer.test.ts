import { describe, expect, it } from 'vitest';
import {
  encodeMetricHead,
  encodePointAttributes,
  encodeRequest,
  MetricRequestWriter,
  protobufToJson,
  scanRequest,
} from '../src/index.ts';

const NONE: ReadonlyMap<string, string> = new Map();

function attributes(
  ...pairs: readonly (readonly [string, string])[]
): { readonly key: string; readonly value: { readonly stringValue: string } }[] {
  return pairs.map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

describe('a writer of metric requests', () => {
  it('writes what the objects of OTLP/JSON are encoded to', () => {
    const long = 'x'.repeat(300);
    const writer = new MetricRequestWriter();
    const head = { description: 'Waiting.', unit: 's', metadata: new Map([['t', 'gauge']]) };
    const point = encodePointAttributes(new Map([['a', long]]));
    const time = { low: 7, high: 1 };
    for (const service of ['one', 'two']) {
      writer.openResource(new Map([['service.name', service]]));
      writer.openScope({
        name: 'n',
        version: '2',
        schemaUrl: 'u',
        attributes: new Map([['k', 'v']]),
      });
      writer.openNumbers(encodeMetricHead({ name: 'queue', ...head }));
      writer.number({ attributes: point, start: undefined, time, value: -1.5 });
      writer.number({ attributes: point, start: undefined, time, value: undefined });
      writer.openNumbers(encodeMetricHead({ name: 'done', ...head, description: '' }), {
        temporality: 2,
        isMonotonic: true,
      });
      writer.number({ attributes: point, start: { low: 1, high: 0 }, time, value: 0 });
      writer.openScope({ name: '', version: '', schemaUrl: '', attributes: NONE });
      writer.metric(
        { name: 's', summary: { dataPoints: [{ count: 1, sum: 2, timeUnixNano: 3 }] } },
        1,
      );
    }
    const { bytes, itemCount } = writer.finish();
    expect(itemCount).toBe(8);
    expect(scanRequest('metrics', bytes)).toBe(8);
    const timeUnixNano = String((1n << 32n) | 7n);
    const own = { attributes: attributes(['a', long]), timeUnixNano };
    const more = { unit: 's', metadata: attributes(['t', 'gauge']) };
    const resourceMetrics = ['one', 'two'].map((service) => ({
      resource: { attributes: attributes(['service.name', service]) },
      scopeMetrics: [
        {
          schemaUrl: 'u',
          scope: { name: 'n', version: '2', attributes: attributes(['k', 'v']) },
          metrics: [
            {
              name: 'queue',
              description: 'Waiting.',
              ...more,
              gauge: {
                dataPoints: [
                  { ...own, asDouble: -1.5 },
                  { ...own, flags: 1 },
                ],
              },
            },
            {
              name: 'done',
              ...more,
              sum: {
                aggregationTemporality: 2,
                isMonotonic: true,
                dataPoints: [{ ...own, startTimeUnixNano: '1', asDouble: 0 }],
              },
            },
          ],
        },
        {
          scope: {},
          metrics: [
            { name: 's', summary: { dataPoints: [{ count: 1, sum: 2, timeUnixNano: 3 }] } },
          ],
        },
      ],
    }));
    const expected = encodeRequest('metrics', { resourceMetrics });
    expect(JSON.parse(protobufToJson('metrics', bytes))).toEqual(
      JSON.parse(protobufToJson('metrics', expected)),
    );
  });

  it('is empty again when a request was finished', () => {
    const writer = new MetricRequestWriter();
    writer.openResource(NONE);
    expect(writer.finish().bytes.length).toBeGreaterThan(0);
    expect(writer.finish()).toEqual({ bytes: new Uint8Array(0), itemCount: 0 });
  });
});

describe('points of attributes that are no text alone', () => {
  const NOW = 1_790_000_000_123_456_789n;
  const words = {
    low: Number(BigInt.asIntN(32, NOW)),
    high: Number(BigInt.asIntN(32, NOW >> 32n)),
  };
  const attributes = [
    { key: 'route', value: { stringValue: '/a/ü' } },
    { key: 'port', value: { intValue: 8080 } },
    { key: 'least', value: { intValue: -1 } },
    { key: 'most', value: { intValue: 2 ** 40 } },
    { key: 'overflow', value: { boolValue: true } },
    { key: 'nothing' },
  ];
  const times = { start: words, time: words };
  const fields = { startTimeUnixNano: NOW, timeUnixNano: NOW, attributes };

  it('are what the objects would be', () => {
    const head = { name: 'm', description: 'd', unit: 's', metadata: new Map() };
    const encoded = encodeMetricHead(head);
    const writer = new MetricRequestWriter();
    writer.openResourceOf(attributes);
    writer.openScope({ name: 'test', version: '', schemaUrl: '', attributes: new Map() });
    const integers = [0, 5, -3, 2 ** 33 + 7, -(2 ** 40) - 1];
    writer.openNumbers(encoded, { temporality: 2, isMonotonic: true });
    for (const value of integers) {
      writer.numberOf(attributes, times, { value, isInteger: true });
    }
    writer.openNumbers(encoded);
    writer.numberOf([], times, { value: 0.25, isInteger: false });
    const histogram = { attributes, ...times, count: 3, sum: 1.5, bucketCounts: [1, 2 ** 33] };
    writer.openHistograms(encoded, 2);
    writer.histogram({ ...histogram, bounds: [0.5], extremes: { min: 0.1, max: 1 } });
    writer.histogram({ ...histogram, bounds: [0.5], extremes: undefined });
    const { bytes, itemCount } = writer.finish();
    const metric = { name: 'm', description: 'd', unit: 's' };
    const point = { ...fields, count: 3, sum: 1.5, bucketCounts: [1, 2 ** 33] };
    const metrics = [
      {
        ...metric,
        sum: {
          aggregationTemporality: 2,
          isMonotonic: true,
          dataPoints: integers.map((value) => ({ ...fields, asInt: value })),
        },
      },
      { ...metric, gauge: { dataPoints: [{ ...fields, attributes: [], asDouble: 0.25 }] } },
      {
        ...metric,
        histogram: {
          aggregationTemporality: 2,
          dataPoints: [
            { ...point, explicitBounds: [0.5], min: 0.1, max: 1 },
            { ...point, explicitBounds: [0.5] },
          ],
        },
      },
    ];
    const scopeMetrics = [{ scope: { name: 'test' }, metrics }];
    const resourceMetrics = [{ resource: { attributes }, scopeMetrics }];
    const expected = encodeRequest('metrics', { resourceMetrics });
    expect(JSON.parse(protobufToJson('metrics', bytes))).toEqual(
      JSON.parse(protobufToJson('metrics', expected)),
    );
    expect(itemCount).toBe(8);
  });
});
