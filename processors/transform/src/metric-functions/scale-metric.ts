import type { ContextFunction, MetricCursor } from '@sonde/ottl';
import { MetricKind } from '@sonde/proto';
import type { Metric, MetricData, NumberValue, Point, Written } from './metric-json.ts';
import { record } from './reshape-recorder.ts';

/** `scale_metric(factor, unit?)`: values, sums, bounds and quantiles; not exponential histograms. */
export const scaleMetric: ContextFunction<MetricCursor> = {
  name: 'scale_metric',
  parameters: ['factor', 'unit?'],
  pure: false,
  create: (args) => {
    const factor = args.literalFloat('factor');
    const unit = args.has('unit') ? args.literalString('unit') : undefined;
    return (cursor) => {
      const { kind } = cursor.metric;
      if (kind === MetricKind.exponentialHistogram || kind === MetricKind.none) return null;
      record(cursor, (metric) => ({ metric: scaled(metric, factor, unit), added: [] }));
      return null;
    };
  },
};

function scaled(metric: Metric, factor: number, unit: string | undefined): Metric {
  const { gauge, sum, histogram, summary } = metric;
  return {
    ...metric,
    ...(unit === undefined ? {} : { unit }),
    ...(gauge && { gauge: scaledData(gauge, factor) }),
    ...(sum && { sum: scaledData(sum, factor) }),
    ...(histogram && { histogram: scaledData(histogram, factor) }),
    ...(summary && { summary: scaledData(summary, factor) }),
  };
}

function scaledData(data: MetricData, factor: number): MetricData {
  return {
    ...data,
    dataPoints: (data.dataPoints ?? []).map((point) => scaledPoint(point, factor)),
  };
}

function scaledPoint(point: Point, factor: number): Point {
  const times = (value: Written): number => Number(value) * factor;
  const { sum, min, max, explicitBounds, quantileValues, exemplars } = point;
  return {
    ...point,
    ...scaledNumber(point, factor),
    ...(sum === undefined ? {} : { sum: times(sum) }),
    ...(min === undefined ? {} : { min: times(min) }),
    ...(max === undefined ? {} : { max: times(max) }),
    ...(explicitBounds && { explicitBounds: explicitBounds.map(times) }),
    ...(quantileValues && {
      quantileValues: quantileValues.map((one) => ({ ...one, value: times(one.value ?? 0) })),
    }),
    ...(exemplars && {
      exemplars: exemplars.map((one) => ({ ...one, ...scaledNumber(one, factor) })),
    }),
  };
}

/** An int stays one, cut off towards zero. */
function scaledNumber({ asInt, asDouble }: NumberValue, factor: number): NumberValue {
  if (asInt !== undefined) return { asInt: String(int64(Number(asInt) * factor)) };
  return asDouble === undefined ? {} : { asDouble: Number(asDouble) * factor };
}

const INT64_LEAST = -(2n ** 63n);

/** Go's conversion; the least int64 for what has none. */
function int64(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) return INT64_LEAST;
  return BigInt(Math.trunc(value));
}
