import { param, type Sql, sql } from '@sonde/store';
import type { AnalysisSelection } from '../../api/contract/index.ts';
import type { TimeWindow } from '../../time-windows.ts';
import { spansIn } from '../explore/span-scope.ts';
import {
  type AnalysisScope,
  baselineIds,
  baselineWindow,
  entries,
  inTraces,
  type Part,
  selectedIds,
  TRACE,
} from './analysis-scope.ts';
import { inSlices } from './time-slices.ts';

/** One trace in so many is looked at for what a hundredth of all have. */
const SOME_NTH = 8;

/** The selected traces and those they are held against. */
export interface Selection {
  readonly scope: AnalysisScope;
  /** Counted while spans are read: awaited last. */
  readonly summary: Promise<AnalysisSelection>;
  /** About how many traces of each side are looked at. */
  readonly looked: { readonly selected: number; readonly baseline: number };
  /** What of both sides is looked at. */
  readonly parts: { readonly selected: Part; readonly baseline: Part };
  /** Whether there is another side. */
  readonly hasBaseline: boolean;
  /** Of the spans of selected traces. */
  readonly window: TimeWindow;
  /** Of the spans of both. */
  readonly bothWindow: TimeWindow;
  /** Slices in which spans of the parts begin; all of the window when absent. */
  readonly spanSlices?: readonly number[];
}

/** All spans of the window, whatever the filters are, as a condition on `spans`. */
function spansOf({ spans }: AnalysisScope, window: TimeWindow): Sql {
  return spansIn({ ...spans, set: 'all', conditions: [], ancestor: undefined }, window);
}

/** Spans of the time of the selected traces. */
export function allSpans({ scope, window }: Selection): Sql {
  return spansOf(scope, window);
}

/** First spans of that time. */
export function allRoots({ scope, window }: Selection): Sql {
  return spansIn({ ...scope.spans, conditions: [], ancestor: undefined, set: 'roots' }, window);
}

/** Spans of all selected traces. */
export function selectedSpans(selection: Selection): Sql {
  return sql`${allSpans(selection)} AND ${inTraces(selectedIds(selection.scope))}`;
}

/** First spans of all selected traces. */
export function selectedRoots(selection: Selection): Sql {
  return sql`${allRoots(selection)} AND ${inTraces(selectedIds(selection.scope))}`;
}

/** Spans of both sides' traces that are looked at; `isSelected` tells them apart. */
export function bothSpans(selection: Selection): Sql {
  const { scope, parts, hasBaseline, bothWindow, spanSlices } = selection;
  const isOther = hasBaseline ? inTraces(baselineIds(scope, parts.baseline)) : sql`0`;
  return sql`${spansOf(scope, bothWindow)} AND ${inSlices(spanSlices)}
    AND (${isSelected(selection)} OR ${isOther})`;
}

/** Spans of some of all traces around: enough to find what most of them have. */
export function someSpans({ scope, bothWindow, spanSlices }: Selection): Sql {
  return sql`${spansOf(scope, bothWindow)} AND ${inSlices(spanSlices)}
    AND intHash64(${TRACE}) % ${param.uint64(SOME_NTH)} = 0`;
}

/** Of a span of `bothSpans`: whether its trace is one of the selected. */
export function isSelected({ scope, parts }: Selection): Sql {
  return inTraces(selectedIds(scope, parts.selected));
}

/** Of a span: whether it is one that the heatmap shows. */
export function isEntry({ scope }: Selection): Sql {
  return entries(scope, { from: baselineWindow(scope).from, to: scope.wish.range.to });
}
