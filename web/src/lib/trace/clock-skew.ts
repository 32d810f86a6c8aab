import type { Span } from '@sonde/backend/api-contract';
import type { TraceLayout } from './layout.ts';
import { isLean } from './outline.ts';

/** Spans of one service that start before the span that called them: clocks that do not agree. */
export interface ClockSkew {
  readonly parentService: string;
  readonly childService: string;
  readonly spanCount: number;
  /** By how much at most. */
  readonly aheadNsMax: number;
}

/** Within one host, timers differ by less; below it nothing is said. */
const TOLERANCE_NS = 1_000_000;

/** As far as is known: spans of an outline say their service alone. */
function isOneResource(a: Span, b: Span): boolean {
  if (isLean(a) || isLean(b)) return a.service === b.service;
  return a.resourceFingerprint === b.resourceFingerprint;
}

/**
 * Pairs of services whose clocks differ, the worst first. Times are shown as sent, never shifted.
 */
export function findClockSkew(layout: TraceLayout): ClockSkew[] {
  const pairs = new Map<string, ClockSkew>();
  layout.spans.forEach((span, row) => {
    const parentRow = layout.parentRow[row] ?? -1;
    const parent = layout.spans[parentRow];
    if (parent === undefined || isOneResource(parent, span)) return;
    const aheadNs = (layout.startNs[parentRow] ?? 0) - (layout.startNs[row] ?? 0);
    if (aheadNs < TOLERANCE_NS) return;
    const key = JSON.stringify([parent.service, span.service]);
    const known = pairs.get(key);
    pairs.set(key, {
      parentService: parent.service,
      childService: span.service,
      spanCount: (known?.spanCount ?? 0) + 1,
      aheadNsMax: Math.max(known?.aheadNsMax ?? 0, aheadNs),
    });
  });
  return [...pairs.values()].sort((a, b) => b.aheadNsMax - a.aheadNsMax);
}
