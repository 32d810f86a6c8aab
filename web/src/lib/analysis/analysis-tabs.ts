import type { AnalysisQuery } from '@sonde/backend/api-contract';
import { readChoice, readFlag, readText } from '../location/parameters.ts';
import type { ResolvedRange } from '../location/time-range.ts';
import { type Explore, scopeQuery } from '../trace/explore.ts';

/** Questions about all selected traces; each is a tab of the trace explorer. */
export const ANALYSIS_TABS: readonly ['overview', 'errors', 'latency', 'attributes', 'breakdown'] =
  ['overview', 'errors', 'latency', 'attributes', 'breakdown'];
export type AnalysisTab = (typeof ANALYSIS_TABS)[number];

export const BASELINES: readonly ['rest', 'earlier', 'version'] = ['rest', 'earlier', 'version'];

/** What of an analysis the URL holds besides filters and the box. */
export interface AnalysisChoice {
  readonly baseline: (typeof BASELINES)[number];
  readonly version: string;
  /** Health checks and the like count too. */
  readonly withAuxiliary: boolean;
  readonly errorsOnly: boolean;
  /** Of the breakdown; empty: the most frequent. */
  readonly service: string;
}

export function readAnalysis(parameters: URLSearchParams): AnalysisChoice {
  return {
    baseline: readChoice(parameters, 'baseline', BASELINES),
    version: readText(parameters, 'version'),
    withAuxiliary: readFlag(parameters, 'auxiliary'),
    errorsOnly: readFlag(parameters, 'failed'),
    service: readText(parameters, 'of'),
  };
}

export function analysisQuery(
  { explore, choice }: { readonly explore: Explore; readonly choice: AnalysisChoice },
  range: ResolvedRange,
): AnalysisQuery {
  const { box } = explore;
  const { baseline, version, withAuxiliary, errorsOnly } = choice;
  const isVersion = baseline === 'version' && version !== '';
  return {
    ...scopeQuery(explore, range),
    ...(box === undefined
      ? {}
      : { boxFrom: box.fromMs, boxTo: box.toMs, boxMinNs: box.minNs, boxMaxNs: box.maxNs }),
    ...(errorsOnly ? { errorsOnly } : {}),
    ...(withAuxiliary ? { auxiliary: true } : {}),
    ...(baseline === 'earlier' ? { baseline } : {}),
    ...(isVersion ? { baseline, version } : {}),
  };
}

/** Whether there is anything that the baseline could be the rest of. */
export function hasSelection(explore: Explore, choice: AnalysisChoice): boolean {
  return explore.box !== undefined || choice.errorsOnly || choice.baseline !== 'rest';
}
