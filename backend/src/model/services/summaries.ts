import type {
  LatencyHeatmap,
  OperationSummary,
  ServiceSummary,
  SpanKindName,
} from '../../api/contract/index.ts';
import { cutName } from '../../cut-name.ts';
import { OWN_NAMESPACE } from '../../own.ts';
import { spread, type TimeSteps } from '../../time-steps.ts';
import { bucketStartNs, type DurationHistogram, quantileNs } from './duration-histogram.ts';
import { preferredRows } from './origin.ts';
import type { LatencyRow, OperationRow, SumMap } from './queries.ts';
import type { ServiceRow } from './services-query.ts';

const KINDS: readonly SpanKindName[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
];

/** OTLP's number of a span kind as a name; an unknown number is `unspecified`. */
export function spanKindName(kind: number): SpanKindName {
  return KINDS[kind] ?? 'unspecified';
}

/** A name as OTLP's number. */
export function spanKindNumber(kind: SpanKindName): number {
  return KINDS.indexOf(kind);
}

interface DurationsRow {
  readonly histogram: SumMap;
  readonly duration_max: number;
}

export function histogramOf({
  histogram: [buckets, counts],
  duration_max,
}: DurationsRow): DurationHistogram {
  return { buckets, counts, maxNs: duration_max };
}

function quantiles(row: DurationsRow): {
  durationP50Ns: number;
  durationP95Ns: number;
  durationP99Ns: number;
} {
  const histogram = histogramOf(row);
  return {
    durationP50Ns: quantileNs(histogram, 0.5),
    durationP95Ns: quantileNs(histogram, 0.95),
    durationP99Ns: quantileNs(histogram, 0.99),
  };
}

/** One summary a service, namespace and environment, after the origin rule. */
export function summarize(rows: readonly ServiceRow[], steps: TimeSteps): ServiceSummary[] {
  const seconds = (steps.toMs - steps.fromMs) / 1000;
  return preferredRows(rows).map((row) => ({
    service: cutName(row.service),
    namespace: cutName(row.namespace),
    environment: cutName(row.environment),
    origin: row.origin,
    requests: row.requests,
    errors: row.request_errors,
    requestsPerSecond: row.requests / seconds,
    errorRatio: row.requests === 0 ? 0 : row.request_errors / row.requests,
    ...quantiles(row),
    requestsByStep: spread(steps, { indexes: row.steps, values: row.requests_in_steps }, 0),
    errorsByStep: spread(steps, { indexes: row.steps, values: row.errors_in_steps }, 0),
    sampled: isSampled(row),
    own: row.namespace === OWN_NAMESPACE,
  }));
}

/** Whether some spans stand for others. */
export function isSampled({ weight_max: weight }: Pick<ServiceRow, 'weight_max'>): boolean {
  return weight > 1;
}

/** Gives each service what it was before, by service, namespace and environment. */
export function withBefore(
  services: readonly ServiceSummary[],
  before: readonly ServiceSummary[],
): ServiceSummary[] {
  const keyOf = ({ service, namespace, environment }: ServiceSummary): string =>
    JSON.stringify([service, namespace, environment]);
  const byKey = new Map(before.map((row) => [keyOf(row), row]));
  return services.map((row) => {
    const other = byKey.get(keyOf(row));
    if (other === undefined || other.requests === 0) return row;
    const { requestsPerSecond, errorRatio, durationP95Ns } = other;
    return { ...row, before: { requestsPerSecond, errorRatio, durationP95Ns } };
  });
}

export function summarizeOperation(row: OperationRow): OperationSummary {
  return {
    name: cutName(row.name),
    kind: spanKindName(row.kind),
    requests: row.requests,
    errors: row.request_errors,
    ...quantiles(row),
  };
}

/** A service's lines over time. */
export interface LatencyLines {
  readonly requestsByStep: readonly number[];
  readonly errorsByStep: readonly number[];
  readonly durationP50NsByStep: readonly (number | null)[];
  readonly durationP95NsByStep: readonly (number | null)[];
}

/** `rows` are of one origin, a row a step. */
export function latencyLines(rows: readonly LatencyRow[], steps: TimeSteps): LatencyLines {
  const indexes = rows.map((row) => row.step);
  const quantileLine = (quantile: number): (number | null)[] => {
    const values = rows.map((row) => quantileNs(histogramOf(row), quantile));
    return spread<number | null>(steps, { indexes, values }, null);
  };
  return {
    requestsByStep: spread(steps, { indexes, values: rows.map((row) => row.requests) }, 0),
    errorsByStep: spread(steps, { indexes, values: rows.map((row) => row.request_errors) }, 0),
    durationP50NsByStep: quantileLine(0.5),
    durationP95NsByStep: quantileLine(0.95),
  };
}

/** The buckets from the fastest to the slowest request, none left out between; empty without rows. */
export function latencyHeatmap(rows: readonly LatencyRow[], steps: TimeSteps): LatencyHeatmap {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { histogram } of rows) {
    for (const bucket of histogram[0]) {
      first = Math.min(first, bucket);
      last = Math.max(last, bucket);
    }
  }
  const width = Number.isFinite(first) ? last - first + 1 : 0;
  const counts = Array.from({ length: steps.count }, () => new Array<number>(width).fill(0));
  const errors = Array.from({ length: steps.count }, () => new Array<number>(width).fill(0));
  for (const row of rows) {
    fillBuckets(counts[row.step], row.histogram, first);
    fillBuckets(errors[row.step], row.errors_histogram, first);
  }
  const bucketsNs = Array.from({ length: width === 0 ? 0 : width + 1 }, (_, i) =>
    Math.round(bucketStartNs(first + i)),
  );
  return { bucketsNs, counts, errors };
}

function fillBuckets(cells: number[] | undefined, [buckets, counts]: SumMap, first: number): void {
  if (cells === undefined) return;
  for (const [i, bucket] of buckets.entries()) cells[bucket - first] = counts[i] ?? 0;
}
