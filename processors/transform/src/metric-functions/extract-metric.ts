import type { Arguments, ContextFunction, MetricCursor } from '@sonde/ottl';
import { MetricKind } from '@sonde/proto';
import { temporalityOf } from './convert-kind.ts';
import { type Metric, type NumberValue, type Point, pointsOf } from './metric-json.ts';
import { record } from './reshape-recorder.ts';

const CUMULATIVE = 2;

type ValueOf = (point: Point) => NumberValue | undefined;

const countOf: ValueOf = ({ count = 0 }) => ({ asInt: String(count) });
/** Of a histogram without a sum there is none to extract. */
const sumOf: ValueOf = ({ sum }) => (sum === undefined ? undefined : { asDouble: sum });
const summarySumOf: ValueOf = ({ sum = 0 }) => ({ asDouble: sum });

interface Extraction {
  readonly suffix: string;
  readonly isMonotonic: boolean;
  readonly temporality: number;
  readonly unit: string | undefined;
  readonly amountOf: ValueOf;
}

/** The new metric; undefined where no point has a value. */
function extracted(metric: Metric, extraction: Extraction): Metric | undefined {
  const { suffix, isMonotonic, temporality, unit, amountOf } = extraction;
  const dataPoints = pointsOf(metric).flatMap((point) => {
    const value = amountOf(point);
    if (value === undefined) return [];
    const { attributes, startTimeUnixNano, timeUnixNano } = point;
    return [{ attributes, startTimeUnixNano, timeUnixNano, ...value }];
  });
  if (dataPoints.length === 0) return undefined;
  return {
    name: (metric.name ?? '') + suffix,
    description: metric.description,
    unit,
    sum: { aggregationTemporality: temporality, isMonotonic, dataPoints },
  };
}

function extract(
  name: string,
  defaultSuffix: string,
  valuesOf: { readonly summary: ValueOf; readonly others: ValueOf },
  unitOf: (metric: Metric) => string | undefined,
): ContextFunction<MetricCursor> {
  return {
    name,
    parameters: ['is_monotonic', 'suffix?'],
    pure: false,
    create: (args) => {
      const isMonotonic = args.literalBool('is_monotonic');
      const suffix = args.has('suffix') ? args.literalString('suffix') : defaultSuffix;
      return (cursor) => {
        if (!hasDistribution(cursor.metric.kind)) return null;
        record(cursor, (metric) => {
          const { histogram, exponentialHistogram } = metric;
          const data = histogram ?? exponentialHistogram;
          const added = extracted(metric, {
            suffix,
            isMonotonic,
            temporality: data === undefined ? CUMULATIVE : (data.aggregationTemporality ?? 0),
            unit: unitOf(metric),
            amountOf: data === undefined ? valuesOf.summary : valuesOf.others,
          });
          return { metric, added: added === undefined ? [] : [added] };
        });
        return null;
      };
    },
  };
}

function hasDistribution(kind: number): boolean {
  return (
    kind === MetricKind.histogram ||
    kind === MetricKind.exponentialHistogram ||
    kind === MetricKind.summary
  );
}

/** `extract_count_metric(is_monotonic, suffix?)`. */
export const extractCountMetric: ContextFunction<MetricCursor> = extract(
  'extract_count_metric',
  '_count',
  { summary: countOf, others: countOf },
  () => '1',
);

/** `extract_sum_metric(is_monotonic, suffix?)`. */
export const extractSumMetric: ContextFunction<MetricCursor> = extract(
  'extract_sum_metric',
  '_sum',
  { summary: summarySumOf, others: sumOf },
  ({ unit }) => unit,
);

function convertSummary(
  name: string,
  defaultSuffix: string,
  amountOf: ValueOf,
): ContextFunction<MetricCursor> {
  return {
    name,
    parameters: ['aggregation_temporality', 'is_monotonic', 'suffix?'],
    pure: false,
    create: (args: Arguments<MetricCursor>) => {
      const temporality = temporalityOf(args.literalString('aggregation_temporality'));
      const isMonotonic = args.literalBool('is_monotonic');
      const suffix = args.has('suffix') ? args.literalString('suffix') : defaultSuffix;
      return (cursor) => {
        if (cursor.metric.kind !== MetricKind.summary) return null;
        record(cursor, (metric) => {
          const { unit } = metric;
          const added = extracted(metric, { suffix, isMonotonic, temporality, unit, amountOf });
          return { metric, added: added === undefined ? [] : [added] };
        });
        return null;
      };
    },
  };
}

/** `convert_summary_count_val_to_sum(aggregation_temporality, is_monotonic, suffix?)`. */
export const convertSummaryCount: ContextFunction<MetricCursor> = convertSummary(
  'convert_summary_count_val_to_sum',
  '_count',
  countOf,
);

/** `convert_summary_sum_val_to_sum(aggregation_temporality, is_monotonic, suffix?)`. */
export const convertSummarySum: ContextFunction<MetricCursor> = convertSummary(
  'convert_summary_sum_val_to_sum',
  '_sum',
  summarySumOf,
);

/** `copy_metric(name?, desc?, unit?)`: the copy stands behind the metrics of the scope. */
export const copyMetric: ContextFunction<MetricCursor> = {
  name: 'copy_metric',
  parameters: ['name?', 'desc?', 'unit?'],
  pure: false,
  create: (args) => {
    const change: { name?: string; description?: string; unit?: string } = {};
    if (args.has('name')) change.name = args.literalString('name');
    if (args.has('desc')) change.description = args.literalString('desc');
    if (args.has('unit')) change.unit = args.literalString('unit');
    return (cursor) => {
      record(cursor, (metric) => ({ metric, added: [{ ...metric, ...change }] }));
      return null;
    };
  },
};
