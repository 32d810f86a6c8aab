import { CompileError, type ContextFunction, type MetricCursor } from '@sonde/ottl';
import { z } from 'zod';
import { mergeExponentials, mergeHistograms } from './merge-histograms.ts';
import { mergeNumbers, NUMBER_AGGREGATIONS } from './merge-numbers.ts';
import type { Metric, MetricData, Point } from './metric-json.ts';
import { record } from './reshape-recorder.ts';

const ATTRIBUTE = z.looseObject({
  key: z.string().default(''),
  value: z.looseObject({ stringValue: z.string().optional() }).default({}),
});

type Attribute = z.infer<typeof ATTRIBUTE>;

const DELTA = 1;

function aggregationOf(name: string): string {
  if (NUMBER_AGGREGATIONS.includes(name)) return name;
  throw new CompileError(
    `invalid aggregation function: '${name}', valid options: [${NUMBER_AGGREGATIONS.join(' ')}]`,
  );
}

/** `aggregate_on_attributes(function, attributes?)`. */
export const aggregateOnAttributes: ContextFunction<MetricCursor> = {
  name: 'aggregate_on_attributes',
  parameters: ['function', 'attributes?'],
  pure: false,
  create: (args) => {
    const aggregation = aggregationOf(args.literalString('function'));
    const kept = args.has('attributes') ? new Set(args.literalStrings('attributes')) : undefined;
    const keep = (attributes: readonly Attribute[]): readonly Attribute[] =>
      kept === undefined ? attributes : attributes.filter(({ key }) => kept.has(key));
    return (cursor) => {
      record(cursor, (metric) => ({
        metric: aggregated(metric, aggregation, (point) => withAttributes(point, keep)),
        added: [],
      }));
      return null;
    };
  },
};

/** `aggregate_on_attribute_value(function, attribute, values[], new_value)`. */
export const aggregateOnAttributeValue: ContextFunction<MetricCursor> = {
  name: 'aggregate_on_attribute_value',
  parameters: ['aggregation_function', 'attribute', 'values', 'new_value'],
  pure: false,
  create: (args) => {
    const aggregation = aggregationOf(args.literalString('aggregation_function'));
    const name = args.literalString('attribute');
    const values = new Set(args.literalStrings('values'));
    const stringValue = args.literalString('new_value');
    const rename = (attributes: readonly Attribute[]): readonly Attribute[] =>
      attributes.map((one) => {
        const { stringValue: value } = one.value;
        const isMeant = one.key === name && value !== undefined && values.has(value);
        return isMeant ? { key: name, value: { stringValue } } : one;
      });
    return (cursor) => {
      record(cursor, (metric) => ({
        metric: aggregated(metric, aggregation, (point) => withAttributes(point, rename)),
        added: [],
      }));
      return null;
    };
  },
};

function withAttributes(
  point: Point,
  change: (attributes: readonly Attribute[]) => readonly Attribute[],
): Point {
  const attributes = (point.attributes ?? []).map((one) => ATTRIBUTE.parse(one));
  return { ...point, attributes: [...change(attributes)] };
}

type Merge = (points: readonly [Point, ...Point[]]) => Point;

function aggregated(metric: Metric, aggregation: string, change: (point: Point) => Point): Metric {
  const numbers: Merge = (points) => mergeNumbers(points, aggregation);
  const merge = (
    data: MetricData,
    merged: Merge,
    keyOf: (point: Point) => unknown,
  ): MetricData => ({
    ...data,
    dataPoints: mergeEqual((data.dataPoints ?? []).map(change), merged, (point) => [
      data.aggregationTemporality === DELTA ? point.startTimeUnixNano : null,
      keyOf(point),
    ]),
  });
  const nothing = (): unknown => null;
  const { gauge, sum, histogram, exponentialHistogram } = metric;
  return {
    ...metric,
    ...(gauge && { gauge: merge(gauge, numbers, nothing) }),
    ...(sum && { sum: merge(sum, numbers, nothing) }),
    ...(histogram && {
      histogram: merge(histogram, mergeHistograms, ({ explicitBounds }) => explicitBounds),
    }),
    ...(exponentialHistogram && {
      exponentialHistogram: merge(exponentialHistogram, mergeExponentials, (point) => [
        point.scale,
        point.zeroThreshold,
        point.positive?.offset,
        point.negative?.offset,
      ]),
    }),
  };
}

/** One point of those with equal attributes, whatever their order, time and `keyOf`. */
function mergeEqual(
  points: readonly Point[],
  merge: Merge,
  keyOf: (point: Point) => unknown,
): Point[] {
  const groups = new Map<string, [Point, ...Point[]]>();
  for (const point of points) {
    const attributes = (point.attributes ?? []).map((one) => JSON.stringify(one)).sort();
    const key = JSON.stringify([attributes, point.timeUnixNano, keyOf(point)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [point]);
    else group.push(point);
  }
  return [...groups.values()].map(merge);
}
