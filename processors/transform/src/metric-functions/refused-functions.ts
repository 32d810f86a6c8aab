import { CompileError, type ContextFunction, type MetricCursor } from '@sonde/ottl';

/** Functions that the Collector has and Sonde has not: refused by name, never skipped. */
const NAMES: readonly string[] = [
  'extract_percentile_metric',
  'convert_summary_quantile_val_to_gauge',
];

/** Room for whatever arguments there are. */
const PARAMETERS = ['a?', 'b?', 'c?', 'd?', 'e?', 'f?'] as const;

export const REFUSED_FUNCTIONS: readonly ContextFunction<MetricCursor>[] = NAMES.map((name) => ({
  name,
  parameters: PARAMETERS,
  pure: false,
  create: () => {
    throw new CompileError(`the function ${name} is not supported`);
  },
}));
