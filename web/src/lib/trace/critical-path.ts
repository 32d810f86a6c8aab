import type { TraceLayout } from './layout.ts';

/** A stretch of time in which the trace waited for this row itself, not for a child. */
export interface CriticalStretch {
  readonly row: number;
  readonly fromNs: number;
  readonly toNs: number;
}

/**
 * The chain that decided how long the trace took: from the end backwards, always into the child
 * that finished last before the point reached. Children that outlive their parent are clipped to
 * it: nobody waited for them. Covers the first root alone.
 */
export function criticalPath(layout: TraceLayout): CriticalStretch[] {
  if (layout.spans.length === 0) return [];
  const stretches: CriticalStretch[] = [];
  const stack = [{ row: 0, fromNs: layout.startNs[0] ?? 0, toNs: layout.endNs[0] ?? 0 }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    let cursor = item.toNs;
    for (const child of childrenByEnd(layout, item.row)) {
      const from = Math.max(layout.startNs[child] ?? 0, item.fromNs);
      const to = Math.min(layout.endNs[child] ?? 0, item.toNs);
      if (to > cursor || to <= from) continue;
      if (cursor > to) stretches.push({ row: item.row, fromNs: to, toNs: cursor });
      stack.push({ row: child, fromNs: from, toNs: to });
      cursor = from;
    }
    if (cursor > item.fromNs) {
      stretches.push({ row: item.row, fromNs: item.fromNs, toNs: cursor });
    }
  }
  return stretches.sort((a, b) => a.fromNs - b.fromNs);
}

/** Time on the critical path by row. */
export function criticalNsByRow(stretches: readonly CriticalStretch[]): Map<number, number> {
  const byRow = new Map<number, number>();
  for (const { row, fromNs, toNs } of stretches) {
    byRow.set(row, (byRow.get(row) ?? 0) + toNs - fromNs);
  }
  return byRow;
}

/** Children whose end, clipped to the parent's, comes last come first. */
function childrenByEnd(layout: TraceLayout, row: number): number[] {
  const children: number[] = [];
  const end = layout.subtreeEnd[row] ?? row + 1;
  for (let child = row + 1; child < end; child = layout.subtreeEnd[child] ?? end) {
    children.push(child);
  }
  const parentEnd = layout.endNs[row] ?? 0;
  const clipped = (child: number): number => Math.min(layout.endNs[child] ?? 0, parentEnd);
  return children.sort((a, b) => clipped(b) - clipped(a));
}
