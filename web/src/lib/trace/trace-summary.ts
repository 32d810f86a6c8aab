import type { Span, TraceResponse } from '@sonde/backend/api-contract';
import { formatExact } from '../format/count.ts';
import type { TraceLayout } from './layout.ts';

/** What of a trace that is too large to show whole is shown. */
export function sayTruncated(
  trace: Pick<TraceResponse, 'spanCount' | 'errorCount' | 'spans'>,
  errorsShown: number,
): string {
  const [shown, all] = [formatExact(trace.spans.length), formatExact(trace.spanCount)];
  const head = `${shown} of ${all} spans are shown: the first ones, and errors after them.`;
  if (errorsShown >= trace.errorCount) return head;
  return `${head} ${formatExact(trace.errorCount - errorsShown)} errors are not among them.`;
}

export interface ServiceShare {
  readonly name: string;
  readonly spanCount: number;
}

/** Whether the agent saw it. */
export function isOfAgent(span: Span): boolean {
  return span.origin === 'ebpf';
}

/** Services in order of appearance in the tree, with their spans. */
export function servicesOf(layout: TraceLayout): ServiceShare[] {
  const counts = new Map<string, number>();
  for (const { service } of layout.spans) counts.set(service, (counts.get(service) ?? 0) + 1);
  return Array.from(counts, ([name, spanCount]) => ({ name, spanCount }));
}

export function deepest(layout: TraceLayout): number {
  return layout.depth.reduce((max, depth) => Math.max(max, depth), 0) + 1;
}

/** The next (`+1`) or previous (`-1`) error row, around the ends; -1 when there is none. */
export function nextErrorRow(layout: TraceLayout, row: number, direction: 1 | -1 = 1): number {
  const count = layout.spans.length;
  const start = row < 0 && direction === -1 ? 0 : row;
  for (let step = 1; step <= count; step += 1) {
    const candidate = (start + direction * step + 2 * count) % count;
    if (layout.spans[candidate]?.status === 'error') return candidate;
  }
  return -1;
}

/** Rows of a service that something hangs below: closing them folds what it called. */
export function serviceRows(layout: TraceLayout, service: string, countMax: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < layout.spans.length && rows.length < countMax; row += 1) {
    if (layout.spans[row]?.service !== service || (layout.childCount[row] ?? 0) === 0) continue;
    rows.push(row);
    row = (layout.subtreeEnd[row] ?? row + 1) - 1;
  }
  return rows;
}

/** The row after (`+1`) or before (`-1`) `row` among the found ones, around the ends. */
export function stepFound(found: readonly number[], row: number, direction: 1 | -1): number {
  if (found.length === 0) return -1;
  const next =
    direction === 1 ? found.find((other) => other > row) : found.findLast((other) => other < row);
  return next ?? (direction === 1 ? found[0] : found.at(-1)) ?? -1;
}

/** Rows whose closing leaves the roots and their children: the shortest useful overview. */
export function overviewRows(layout: TraceLayout, countMax: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < layout.spans.length && rows.length < countMax; row += 1) {
    if (layout.depth[row] === 1 && (layout.childCount[row] ?? 0) > 0) rows.push(row);
  }
  return rows;
}

/** The rows above `row`, which must be open for it to show. */
export function ancestorsOf(layout: TraceLayout, row: number): number[] {
  const rows: number[] = [];
  let parent = layout.parentRow[row] ?? -1;
  while (parent >= 0) {
    rows.push(parent);
    parent = layout.parentRow[parent] ?? -1;
  }
  return rows;
}
