import type {
  AnalysisProgress,
  BreakdownResponse,
  ComparisonResponse,
  ErrorCausesResponse,
  LatencyResponse,
  TracesOverviewResponse,
} from '@sonde/backend/api-contract';
import { Loadable } from '../api/loadable.svelte.ts';
import { serverNow } from '../api/server-clock.ts';
import { isRecord, type Shape } from '../api/shapes.ts';
import { resolveRange, type TimeRange } from '../location/time-range.ts';
import type { Explore } from '../trace/explore.ts';
import { type AnalysisChoice, type AnalysisTab, analysisQuery } from './analysis-tabs.ts';
import { fetchAnalysis } from './fetch-analysis.ts';

export type AskedAnalysis = () => {
  readonly explore: Explore;
  readonly choice: AnalysisChoice;
  readonly range: TimeRange;
};

/** An answer and how far it is. */
export class Analysis<T> {
  progress: AnalysisProgress | undefined = $state.raw();
  readonly answer: Loadable<T>;

  constructor(tab: AnalysisTab, shape: Shape<T>, asked: AskedAnalysis) {
    this.answer = new Loadable(() => {
      const wish = asked();
      const { conditions, unread, set, box, hidesOwn } = wish.explore;
      const part = tab === 'breakdown' ? wish.choice.service : '';
      const { service: _part, ...choice } = wish.choice;
      return {
        key: JSON.stringify([
          tab,
          wish.range,
          conditions,
          unread,
          set,
          box,
          hidesOwn,
          choice,
          part,
        ]),
        run: (signal) => {
          this.progress = undefined;
          const query = analysisQuery(wish, resolveRange(wish.range, serverNow()));
          return fetchAnalysis({
            path: `/traces/analysis/${tab}`,
            query: { ...query, ...(part === '' ? {} : { service: part }) },
            shape,
            signal,
            report: (progress) => {
              if (!signal.aborted) this.progress = progress;
            },
          });
        },
      };
    });
  }
}

const isOverview: Shape<TracesOverviewResponse> = (body): body is TracesOverviewResponse =>
  isAnswer(body, 'rows');
const isErrorCauses: Shape<ErrorCausesResponse> = (body): body is ErrorCausesResponse =>
  isAnswer(body, 'causes');
const isLatency: Shape<LatencyResponse> = (body): body is LatencyResponse =>
  isAnswer(body, 'frames');
const isComparison: Shape<ComparisonResponse> = (body): body is ComparisonResponse =>
  isAnswer(body, 'differences');
const isBreakdown: Shape<BreakdownResponse> = (body): body is BreakdownResponse =>
  isAnswer(body, 'parts');

function isAnswer(body: unknown, list: string): boolean {
  return isRecord(body) && isRecord(body['selection']) && Array.isArray(body[list]);
}

export const overviewAnalysis = (asked: AskedAnalysis): Analysis<TracesOverviewResponse> =>
  new Analysis('overview', isOverview, asked);
export const errorsAnalysis = (asked: AskedAnalysis): Analysis<ErrorCausesResponse> =>
  new Analysis('errors', isErrorCauses, asked);
export const latencyAnalysis = (asked: AskedAnalysis): Analysis<LatencyResponse> =>
  new Analysis('latency', isLatency, asked);
export const comparisonAnalysis = (asked: AskedAnalysis): Analysis<ComparisonResponse> =>
  new Analysis('attributes', isComparison, asked);
export const breakdownAnalysis = (asked: AskedAnalysis): Analysis<BreakdownResponse> =>
  new Analysis('breakdown', isBreakdown, asked);
