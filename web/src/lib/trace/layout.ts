import type { Span } from '@sonde/backend/api-contract';

/**
 * A trace as rows in pre-order: a parent, then its children by start. Columns, not objects: ten
 * thousand rows are laid out in a few milliseconds and drawn from typed arrays.
 */
export interface TraceLayout {
  /** The span of each row. */
  readonly spans: readonly Span[];
  readonly depth: Uint16Array;
  /** Row of the parent, -1 for a root. */
  readonly parentRow: Int32Array;
  /** The row after the last descendant. */
  readonly subtreeEnd: Int32Array;
  readonly childCount: Int32Array;
  /** Since the start of the trace. */
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  /** 1 where the span names a parent that is not in the trace. */
  readonly orphan: Uint8Array;
  readonly rowBySpanId: ReadonlyMap<string, number>;
  /** From the earliest start to the latest end. */
  readonly durationNs: number;
  /** Start of the earliest span, nanoseconds since the epoch. */
  readonly originUnixNano: bigint;
  readonly orphanCount: number;
  readonly errorCount: number;
}

const NO_PARENT = -1;
const DEPTH_MAX = 0xffff;

/**
 * Spans in any order to rows. Orphans and spans in a loop of parents become roots: none is lost.
 */
export function layoutTrace(spans: readonly Span[]): TraceLayout {
  const originUnixNano = earliestStart(spans);
  const tree = linkSpans(spans, originUnixNano);
  const walk = walkTree(spans, tree);
  const count = spans.length;
  const rows = Array.from(walk.order, (index) => spans[index]).filter(isSpan);
  const layout = {
    spans: rows,
    depth: walk.depth,
    parentRow: walk.parentRow,
    subtreeEnd: walk.subtreeEnd,
    childCount: new Int32Array(count),
    startNs: new Float64Array(count),
    endNs: new Float64Array(count),
    orphan: new Uint8Array(count),
    rowBySpanId: new Map<string, number>(),
  };
  let durationNs = 1;
  let errorCount = 0;
  rows.forEach((span, row) => {
    const index = walk.order[row] ?? 0;
    const start = tree.startNs[index] ?? 0;
    layout.startNs[row] = start;
    layout.endNs[row] = start + span.durationNs;
    layout.orphan[row] = tree.orphan[index] ?? 0;
    layout.childCount[row] = tree.children[index]?.length ?? 0;
    if (!layout.rowBySpanId.has(span.spanId)) layout.rowBySpanId.set(span.spanId, row);
    durationNs = Math.max(durationNs, start + span.durationNs);
    if (span.status === 'error') errorCount += 1;
  });
  const orphanCount = tree.orphan.reduce((sum, flag) => sum + flag, 0);
  return { ...layout, durationNs, originUnixNano, orphanCount, errorCount };
}

/** Rows that show when the subtrees of `collapsed` rows are closed, in order. */
export function visibleRows(layout: TraceLayout, collapsed: ReadonlySet<number>): Int32Array {
  const visible = new Int32Array(layout.spans.length);
  let count = 0;
  let row = 0;
  while (row < layout.spans.length) {
    visible[count] = row;
    count += 1;
    row = collapsed.has(row) ? (layout.subtreeEnd[row] ?? row + 1) : row + 1;
  }
  return visible.subarray(0, count);
}

interface SpanTree {
  readonly children: readonly (readonly number[])[];
  readonly roots: readonly number[];
  readonly startNs: Float64Array;
  readonly orphan: Uint8Array;
}

function linkSpans(spans: readonly Span[], originUnixNano: bigint): SpanTree {
  const startNs = Float64Array.from(spans, (span) =>
    Number(BigInt(span.startUnixNano) - originUnixNano),
  );
  const byId = new Map<string, number>();
  spans.forEach((span, index) => {
    if (!byId.has(span.spanId)) byId.set(span.spanId, index);
  });
  const children: number[][] = spans.map(() => []);
  const roots: number[] = [];
  const orphan = new Uint8Array(spans.length);
  spans.forEach((span, index) => {
    const parent = span.parentSpanId === '' ? undefined : byId.get(span.parentSpanId);
    if (parent === undefined || parent === index) {
      if (span.parentSpanId !== '' && parent !== index) orphan[index] = 1;
      roots.push(index);
    } else {
      children[parent]?.push(index);
    }
  });
  const byStart = (a: number, b: number): number => (startNs[a] ?? 0) - (startNs[b] ?? 0) || a - b;
  for (const list of children) list.sort(byStart);
  roots.sort(byStart);
  return { children, roots, startNs, orphan };
}

interface TreeWalk {
  /** Index of the span by row. */
  readonly order: Int32Array;
  readonly depth: Uint16Array;
  readonly parentRow: Int32Array;
  readonly subtreeEnd: Int32Array;
}

/** Pre-order without recursion: traces may be thousands deep. */
function walkTree(spans: readonly Span[], tree: SpanTree): TreeWalk {
  const count = spans.length;
  const order = new Int32Array(count);
  const depth = new Uint16Array(count);
  const parentRow = new Int32Array(count).fill(NO_PARENT);
  const subtreeEnd = new Int32Array(count);
  const seen = new Uint8Array(count);
  let rows = 0;

  const visit = (start: number): void => {
    const stack = [{ index: start, parent: NO_PARENT, depth: 0 }];
    for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
      if (seen[item.index] === 1) continue;
      seen[item.index] = 1;
      const row = rows;
      rows += 1;
      order[row] = item.index;
      depth[row] = Math.min(item.depth, DEPTH_MAX);
      parentRow[row] = item.parent;
      const children = tree.children[item.index] ?? [];
      for (const child of [...children].reverse()) {
        stack.push({ index: child, parent: row, depth: item.depth + 1 });
      }
    }
  };

  for (const root of tree.roots) visit(root);
  // What is left has itself as an ancestor.
  for (let index = 0; index < count; index += 1) if (seen[index] === 0) visit(index);
  closeSubtrees(parentRow, subtreeEnd);
  return { order, depth, parentRow, subtreeEnd };
}

function closeSubtrees(parentRow: Int32Array, subtreeEnd: Int32Array): void {
  for (let row = parentRow.length - 1; row >= 0; row -= 1) {
    const end = Math.max(subtreeEnd[row] ?? 0, row + 1);
    subtreeEnd[row] = end;
    const parent = parentRow[row] ?? NO_PARENT;
    if (parent >= 0) subtreeEnd[parent] = Math.max(subtreeEnd[parent] ?? 0, end);
  }
}

function earliestStart(spans: readonly Span[]): bigint {
  let earliest: bigint | undefined;
  for (const span of spans) {
    const start = BigInt(span.startUnixNano);
    if (earliest === undefined || start < earliest) earliest = start;
  }
  return earliest ?? 0n;
}

function isSpan(span: Span | undefined): span is Span {
  return span !== undefined;
}
