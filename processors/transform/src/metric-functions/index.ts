import type { ContextFunction, MetricCursor } from '@sonde/ottl';
import { aggregateOnAttributes, aggregateOnAttributeValue } from './aggregate.ts';
import { convertGaugeToSum, convertSumToGauge } from './convert-kind.ts';
import { convertExponential } from './exponential-to-explicit.ts';
import {
  convertSummaryCount,
  convertSummarySum,
  copyMetric,
  extractCountMetric,
  extractSumMetric,
} from './extract-metric.ts';
import { mergeHistogramBuckets } from './histogram-buckets.ts';
import { REFUSED_FUNCTIONS } from './refused-functions.ts';
import { scaleMetric } from './scale-metric.ts';

/** What changes which metrics and points there are: done between passes over the rows. */
export const RESHAPING_FUNCTIONS: readonly ContextFunction<MetricCursor>[] = [
  aggregateOnAttributes,
  aggregateOnAttributeValue,
  convertExponential,
  convertSummaryCount,
  convertSummarySum,
  copyMetric,
  extractCountMetric,
  extractSumMetric,
  mergeHistogramBuckets,
  scaleMetric,
];

/** What the metric context of this processor has beside the functions of OTTL. */
export const METRIC_FUNCTIONS: readonly ContextFunction<MetricCursor>[] = [
  convertGaugeToSum,
  convertSumToGauge,
  ...RESHAPING_FUNCTIONS,
  ...REFUSED_FUNCTIONS,
];
