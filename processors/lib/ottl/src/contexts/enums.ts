const SPANS = {
  SPAN_KIND_UNSPECIFIED: 0,
  SPAN_KIND_INTERNAL: 1,
  SPAN_KIND_SERVER: 2,
  SPAN_KIND_CLIENT: 3,
  SPAN_KIND_PRODUCER: 4,
  SPAN_KIND_CONSUMER: 5,
  STATUS_CODE_UNSET: 0,
  STATUS_CODE_OK: 1,
  STATUS_CODE_ERROR: 2,
} as const;

const METRICS = {
  AGGREGATION_TEMPORALITY_UNSPECIFIED: 0,
  AGGREGATION_TEMPORALITY_DELTA: 1,
  AGGREGATION_TEMPORALITY_CUMULATIVE: 2,
  METRIC_DATA_TYPE_NONE: 0,
  METRIC_DATA_TYPE_GAUGE: 1,
  METRIC_DATA_TYPE_SUM: 2,
  METRIC_DATA_TYPE_HISTOGRAM: 3,
  METRIC_DATA_TYPE_EXPONENTIAL_HISTOGRAM: 4,
  METRIC_DATA_TYPE_SUMMARY: 5,
} as const;

const POINT_FLAGS = {
  FLAG_NONE: 0,
  FLAG_NO_RECORDED_VALUE: 1,
} as const;

const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
const PER_SEVERITY = 4;

function numbers(...tables: readonly Readonly<Record<string, number>>[]): Map<string, bigint> {
  const entries = tables.flatMap((table) => Object.entries(table));
  return new Map(entries.map(([name, number]) => [name, BigInt(number)]));
}

function severityNumbers(): Map<string, bigint> {
  const named = new Map([['SEVERITY_NUMBER_UNSPECIFIED', 0n]]);
  for (const [i, name] of SEVERITIES.entries()) {
    for (let step = 1; step <= PER_SEVERITY; step++) {
      const suffix = step === 1 ? '' : String(step);
      named.set(`SEVERITY_NUMBER_${name}${suffix}`, BigInt(i * PER_SEVERITY + step));
    }
  }
  return named;
}

/** Enums by context; OTLP's numbers, and pdata's of metric types. */
export const SPAN_ENUMS: ReadonlyMap<string, bigint> = numbers(SPANS);
export const METRIC_ENUMS: ReadonlyMap<string, bigint> = numbers(METRICS);
export const POINT_ENUMS: ReadonlyMap<string, bigint> = numbers(METRICS, POINT_FLAGS);
export const LOG_ENUMS: ReadonlyMap<string, bigint> = severityNumbers();
export const NO_ENUMS: ReadonlyMap<string, bigint> = new Map();
