import type { MetricQueryResponse, MetricSeriesQuery } from '@sonde/backend/api-contract';
import { fetchMetricSeries, fetchMetrics } from '../api/requests.ts';
import type { ResolvedRange } from '../location/time-range.ts';
import { sharedStepMs } from '../metrics/explorer-state.ts';
import {
  type Vital,
  type VitalLine,
  type VitalSource,
  type WantedVital,
  wantedVitals,
} from './vitals.ts';

/** From this share of a limit on it is drawn. */
const NEAR_LIMIT = 0.5;

export interface DrawnLine extends VitalLine {
  readonly values: readonly (number | null)[];
}

export interface DrawnVital {
  readonly vital: Vital;
  readonly fromMs: number;
  readonly stepMs: number;
  readonly lines: readonly DrawnLine[];
}

/** The charts that there are data for. */
export async function fetchWanted(
  service: string,
  { fromMs, toMs }: ResolvedRange,
  signal: AbortSignal,
): Promise<readonly WantedVital[]> {
  const { metrics } = await fetchMetrics({ from: fromMs, to: toMs, service }, signal);
  return wantedVitals(metrics);
}

/** The values of one chart; a line without any is left out. */
export async function fetchVital(
  { vital, lines }: WantedVital,
  service: string,
  range: ResolvedRange,
  signal: AbortSignal,
): Promise<DrawnVital> {
  const scope = { from: range.fromMs, to: range.toMs, service, stepMs: sharedStepMs(range) };
  const answers = await Promise.all(
    lines.map(({ source }) => fetchMetricSeries(asked(source, scope), signal)),
  );
  return drawn(vital, lines, answers);
}

function asked(
  { metric, aggregation, where }: VitalSource,
  scope: Omit<MetricSeriesQuery, 'name'>,
): MetricSeriesQuery {
  const query = { ...scope, name: metric, aggregation };
  return where === undefined ? query : { ...query, where };
}

function drawn(
  vital: Vital,
  lines: readonly VitalLine[],
  answers: readonly MetricQueryResponse[],
): DrawnVital {
  const { fromMs = 0, stepMs = 1 } = answers[0] ?? {};
  return {
    vital,
    fromMs,
    stepMs,
    lines: lines
      .map((line, i) => ({ ...line, values: valuesOf(line.source, answers[i]) }))
      .filter(hasValues),
  };
}

function valuesOf(
  { isShare = false }: VitalSource,
  answer: MetricQueryResponse | undefined,
): readonly (number | null)[] {
  const values = answer?.series[0]?.values ?? [];
  if (!isShare || answer === undefined) return values;
  const stepSeconds = answer.stepMs / 1000;
  return values.map((value) => (value === null ? null : value / stepSeconds));
}

/** A limit far above what is used would press the line that matters to the ground. */
export function isDrawn(line: DrawnLine, lines: readonly DrawnLine[]): boolean {
  if (!line.isLimit) return true;
  const used = lines.filter(({ isLimit }) => !isLimit);
  return highest(used) >= NEAR_LIMIT * highest([line]);
}

function highest(lines: readonly DrawnLine[]): number {
  return Math.max(0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
}

function hasValues({ values }: DrawnLine): boolean {
  return values.some((value) => value !== null);
}
