import type {
  ExemplarsResponse,
  MetricHeatmapResponse,
  MetricQueryResponse,
} from '@sonde/backend/api-contract';
import { Loadable } from '../api/loadable.svelte.ts';
import { fetchExemplars, fetchMetricHeatmap, fetchMetricSeries } from '../api/requests.ts';
import { serverNow } from '../api/server-clock.ts';
import { resolveRange, type TimeRange } from '../location/time-range.ts';
import {
  type Comparison,
  type Letter,
  type MetricQuery,
  seriesQuery,
  sharedStepMs,
  shiftMs,
} from './explorer-state.ts';

export interface AskedMetrics {
  readonly queries: readonly MetricQuery[];
  readonly range: TimeRange;
  readonly comparison: Comparison;
}

export interface AnsweredQuery {
  readonly letter: Letter;
  readonly answer: MetricQueryResponse;
  /** The same of an earlier time, step by step; undefined without a comparison. */
  readonly before: MetricQueryResponse | undefined;
}

/** The answers of all queries over the same steps. */
export function explorerAnswers(asked: () => AskedMetrics): Loadable<readonly AnsweredQuery[]> {
  return new Loadable(() => {
    const { queries, range, comparison } = asked();
    if (queries.length === 0) return undefined;
    return {
      key: JSON.stringify({ queries, range, comparison }),
      run: (signal) => {
        const resolved = resolveRange(range, serverNow());
        const stepMs = queries.length > 1 ? sharedStepMs(resolved) : undefined;
        return Promise.all(
          queries.map(async (query): Promise<AnsweredQuery> => {
            const wanted = seriesQuery(query, resolved, stepMs);
            const answer = await fetchMetricSeries(wanted, signal);
            const { letter } = query;
            if (comparison === 'off') return { letter, answer, before: undefined };
            const shift = shiftMs(comparison, resolved, answer.stepMs);
            const earlier = { fromMs: answer.fromMs - shift, toMs: answer.toMs - shift };
            const before = await fetchBefore(query, earlier, answer, signal);
            return { letter, answer, before };
          }),
        );
      },
    };
  });
}

/** A metric that was not there yet is compared with nothing. */
async function fetchBefore(
  query: MetricQuery,
  range: { readonly fromMs: number; readonly toMs: number },
  answer: MetricQueryResponse,
  signal: AbortSignal,
): Promise<MetricQueryResponse> {
  try {
    return await fetchMetricSeries(seriesQuery(query, range, answer.stepMs), signal);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'NOT_FOUND') {
      return { ...answer, series: [], seriesTotal: 0 };
    }
    throw cause;
  }
}

interface AskedPicture {
  readonly query: MetricQuery | undefined;
  readonly range: TimeRange;
}

export function exemplarsOf(asked: () => AskedPicture): Loadable<ExemplarsResponse> {
  return new Loadable(() => ask(asked(), fetchExemplars));
}

export function heatmapOf(asked: () => AskedPicture): Loadable<MetricHeatmapResponse> {
  return new Loadable(() => ask(asked(), fetchMetricHeatmap));
}

function ask<T>(
  { query, range }: AskedPicture,
  fetchIt: (wanted: Parameters<typeof fetchExemplars>[0], signal: AbortSignal) => Promise<T>,
): { key: string; run: (signal: AbortSignal) => Promise<T> } | undefined {
  if (query === undefined) return undefined;
  const { name, where } = query;
  return {
    key: JSON.stringify({ name, where, range }),
    run: (signal) => {
      const { fromMs, toMs } = resolveRange(range, serverNow());
      return fetchIt({ from: fromMs, to: toMs, name, ...(where === '' ? {} : { where }) }, signal);
    },
  };
}
