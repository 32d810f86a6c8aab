import type { ContextFunction, MetricCursor } from '@sonde/ottl';
import { convertGaugeToSum, convertSumToGauge } from './convert-kind.ts';
import { REFUSED_FUNCTIONS } from './refused-functions.ts';

/** What the metric context of this processor has beside the functions of OTTL. */
export const METRIC_FUNCTIONS: readonly ContextFunction<MetricCursor>[] = [
  convertGaugeToSum,
  convertSumToGauge,
  ...REFUSED_FUNCTIONS,
];
