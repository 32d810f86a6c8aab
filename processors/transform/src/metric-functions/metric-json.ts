import { EvaluationError } from '@sonde/ottl';
import {
  decodeRequests,
  type EncodedRequest,
  encodeSegments,
  jsonToProtobuf,
  type MetricColumns,
  protobufToJson,
} from '@sonde/proto';
import { z } from 'zod';

/** Metrics as OTLP/JSON has them: what functions that make metrics of metrics work on. */

/** 64-bit integers are text, doubles numbers or the text of what JSON has no number for. */
export type Written = number | string;

export interface Buckets {
  readonly offset?: number | undefined;
  readonly bucketCounts?: readonly Written[] | undefined;
}

/** A value that an exemplar or a number's point has. */
export interface NumberValue {
  readonly asInt?: Written | undefined;
  readonly asDouble?: Written | undefined;
}

/** A point of any kind; members that nobody here looks at stay. */
export interface Point extends NumberValue {
  readonly attributes?: readonly unknown[] | undefined;
  readonly startTimeUnixNano?: Written | undefined;
  readonly timeUnixNano?: Written | undefined;
  readonly count?: Written | undefined;
  readonly sum?: Written | undefined;
  readonly min?: Written | undefined;
  readonly max?: Written | undefined;
  readonly bucketCounts?: readonly Written[] | undefined;
  readonly explicitBounds?: readonly Written[] | undefined;
  readonly scale?: number | undefined;
  readonly zeroCount?: Written | undefined;
  readonly zeroThreshold?: Written | undefined;
  readonly positive?: Buckets | undefined;
  readonly negative?: Buckets | undefined;
  readonly quantileValues?:
    | readonly { readonly quantile?: Written | undefined; readonly value?: Written | undefined }[]
    | undefined;
  readonly exemplars?: readonly NumberValue[] | undefined;
}

export interface MetricData {
  readonly dataPoints?: readonly Point[] | undefined;
  readonly aggregationTemporality?: number | undefined;
  readonly isMonotonic?: boolean | undefined;
}

export interface Metric {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly unit?: string | undefined;
  readonly gauge?: MetricData | undefined;
  readonly sum?: MetricData | undefined;
  readonly histogram?: MetricData | undefined;
  readonly exponentialHistogram?: MetricData | undefined;
  readonly summary?: MetricData | undefined;
}

const NUMBER = z.union([z.number(), z.string()]);
const NUMBERS = z.array(NUMBER).optional();
const BUCKETS = z.looseObject({ offset: z.number().optional(), bucketCounts: NUMBERS });
const VALUE = z.looseObject({ asInt: NUMBER.optional(), asDouble: NUMBER.optional() });

const POINT: z.ZodType<Point> = z.looseObject({
  attributes: z.array(z.unknown()).optional(),
  startTimeUnixNano: NUMBER.optional(),
  timeUnixNano: NUMBER.optional(),
  asInt: NUMBER.optional(),
  asDouble: NUMBER.optional(),
  count: NUMBER.optional(),
  sum: NUMBER.optional(),
  min: NUMBER.optional(),
  max: NUMBER.optional(),
  bucketCounts: NUMBERS,
  explicitBounds: NUMBERS,
  scale: z.number().optional(),
  zeroCount: NUMBER.optional(),
  zeroThreshold: NUMBER.optional(),
  positive: BUCKETS.optional(),
  negative: BUCKETS.optional(),
  quantileValues: z
    .array(z.looseObject({ quantile: NUMBER.optional(), value: NUMBER.optional() }))
    .optional(),
  exemplars: z.array(VALUE).optional(),
});

const DATA: z.ZodType<MetricData> = z.looseObject({
  dataPoints: z.array(POINT).optional(),
  aggregationTemporality: z.number().optional(),
  isMonotonic: z.boolean().optional(),
});

const METRIC: z.ZodType<Metric> = z.looseObject({
  name: z.string().optional(),
  description: z.string().optional(),
  unit: z.string().optional(),
  gauge: DATA.optional(),
  sum: DATA.optional(),
  histogram: DATA.optional(),
  exponentialHistogram: DATA.optional(),
  summary: DATA.optional(),
});

const REQUEST = z.looseObject({
  resourceMetrics: z
    .array(
      z.looseObject({
        scopeMetrics: z.array(z.looseObject({ metrics: z.array(METRIC).optional() })).optional(),
      }),
    )
    .optional(),
});

/** What becomes of a metric: itself changed or another in its place, and those behind its scope's. */
export interface Reshaped {
  readonly metric: Metric;
  readonly added: readonly Metric[];
}

export type Reshape = (metric: Metric) => Reshaped;

/** New metrics of one batch: more than that is a statement that runs away. */
const ADDED_MAX = 100_000;

/** Applies each metric's changes, by row, in their order. */
export function reshapeMetrics(
  columns: MetricColumns,
  changes: ReadonlyMap<number, readonly Reshape[]>,
): MetricColumns {
  let row = 0;
  let added = 0;
  const requests = encodeSegments(columns).map((request): EncodedRequest => {
    const json = REQUEST.parse(JSON.parse(protobufToJson('metrics', request.bytes)));
    for (const { scopeMetrics = [] } of json.resourceMetrics ?? []) {
      for (const scope of scopeMetrics) {
        const behind: Metric[] = [];
        scope.metrics = (scope.metrics ?? []).map((metric) =>
          (changes.get(row++) ?? []).reduce((current, reshape) => {
            const reshaped = reshape(current);
            behind.push(...reshaped.added);
            return reshaped.metric;
          }, metric),
        );
        added += behind.length;
        if (added > ADDED_MAX) {
          throw new EvaluationError(`more than ${ADDED_MAX} new metrics in a batch`);
        }
        scope.metrics.push(...behind);
      }
    }
    return { ...request, bytes: jsonToProtobuf('metrics', JSON.stringify(json)) };
  });
  const reshaped = decodeRequests('metrics', requests);
  if (reshaped.signal !== 'metrics' || row !== columns.count) throw new Error('metrics were lost');
  return reshaped;
}

/** The points of whatever kind a metric is. */
export function pointsOf(metric: Metric): readonly Point[] {
  const { gauge, sum, histogram, exponentialHistogram, summary } = metric;
  return (gauge ?? sum ?? histogram ?? exponentialHistogram ?? summary)?.dataPoints ?? [];
}
