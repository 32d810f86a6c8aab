import { CompileError, type ContextFunction, type MetricCursor } from '@sonde/ottl';
import { MetricKind } from '@sonde/proto';

/** OTLP's numbers of temporalities by the names that functions take. */
const TEMPORALITIES: Readonly<Record<string, number>> = { delta: 1, cumulative: 2 };

/** Throws `CompileError` for a text that is no temporality. */
export function temporalityOf(text: string): number {
  const temporality = Object.hasOwn(TEMPORALITIES, text) ? TEMPORALITIES[text] : undefined;
  if (temporality !== undefined) return temporality;
  throw new CompileError(`unknown aggregation temporality: ${text}`);
}

/** `convert_sum_to_gauge()`: points stay; nothing happens to other kinds. */
export const convertSumToGauge: ContextFunction<MetricCursor> = {
  name: 'convert_sum_to_gauge',
  parameters: [],
  pure: false,
  create: () => {
    return ({ metric }) => {
      if (metric.kind !== MetricKind.sum) return null;
      metric.editor.temporality = 0;
      metric.editor.isMonotonic = false;
      metric.kinds.set(metric.row, MetricKind.gauge);
      return null;
    };
  },
};

/** `convert_gauge_to_sum(aggregation_temporality, is_monotonic)`. */
export const convertGaugeToSum: ContextFunction<MetricCursor> = {
  name: 'convert_gauge_to_sum',
  parameters: ['aggregation_temporality', 'is_monotonic'],
  pure: false,
  create: (args) => {
    const temporality = temporalityOf(args.literalString('aggregation_temporality'));
    const isMonotonic = args.literalBool('is_monotonic');
    return ({ metric }) => {
      if (metric.kind !== MetricKind.gauge) return null;
      metric.kinds.set(metric.row, MetricKind.sum);
      metric.editor.temporality = temporality;
      metric.editor.isMonotonic = isMonotonic;
      return null;
    };
  },
};
