import { jsonOf, requestOf, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import { cumulativeToDeltaFactory as factory } from '../src/index.ts';

/** Behind the start of every processor of these tests. */
export const START: bigint = 1_900_000_000_000_000_000n;
export const at = (seconds: number): string => String(START + BigInt(seconds) * 1_000_000_000n);

export interface PointOptions {
  readonly start?: string;
  readonly time: number;
  readonly attribute?: string;
}

const base = ({ start = at(0), time, attribute = 'a' }: PointOptions): object => ({
  startTimeUnixNano: start,
  timeUnixNano: at(time),
  attributes: [{ key: 'k', value: { stringValue: attribute } }],
});

export const int = (value: number | string, options: PointOptions): object => ({
  ...base(options),
  asInt: String(value),
});
export const double = (value: number | string, options: PointOptions): object => ({
  ...base(options),
  asDouble: value,
});
export const point = (fields: object, options: PointOptions): object => ({
  ...base(options),
  ...fields,
});

export const sum = (...dataPoints: readonly object[]): object => ({
  name: 'requests',
  sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true },
});
export const histogram = (...dataPoints: readonly object[]): object => ({
  name: 'latency',
  histogram: { dataPoints, aggregationTemporality: 2 },
});
export const exponential = (...dataPoints: readonly object[]): object => ({
  name: 'size',
  exponentialHistogram: { dataPoints, aggregationTemporality: 2 },
});

export function batch(...metrics: readonly object[]): ReturnType<typeof telemetryOf> {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  const json = { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] };
  return telemetryOf([requestOf('metrics', json)]);
}

export function start(config = '{}'): Promise<TestGraph> {
  return TestGraph.start({ factory, signal: 'metrics', config });
}

type Json = Readonly<Record<string, unknown>>;

function child(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Points of all that arrived, without their attributes. */
export function pointsOf({ arrived }: TestGraph): readonly Json[] {
  return arrived.flatMap((telemetry) => jsonOf(telemetry).flatMap(requestPoints));
}

function requestPoints(request: unknown): readonly Json[] {
  const metrics = list(child(request, 'resourceMetrics'))
    .flatMap((group) => list(child(group, 'scopeMetrics')))
    .flatMap((scope) => list(child(scope, 'metrics')));
  return metrics.flatMap((metric) => {
    const data =
      child(metric, 'sum') ?? child(metric, 'histogram') ?? child(metric, 'exponentialHistogram');
    const temporality = child(data, 'aggregationTemporality');
    return list(child(data, 'dataPoints')).map((each) => {
      const { attributes: _, ...rest }: Record<string, unknown> = { ...Object(each) };
      return { ...rest, temporality };
    });
  });
}
