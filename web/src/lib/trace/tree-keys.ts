import type { TraceLayout } from './layout.ts';

export type TreeKeyAction =
  | { readonly kind: 'select'; readonly row: number }
  | { readonly kind: 'toggle'; readonly row: number };

export interface TreeKeyState {
  readonly layout: TraceLayout;
  /** Rows that show, in order. */
  readonly rows: Int32Array;
  readonly collapsed: ReadonlySet<number>;
  readonly row: number;
}

const PAGE_ROWS = 20;

/** What a key does in the tree, as the ARIA tree pattern has it; undefined for other keys. */
export function treeKey(key: string, state: TreeKeyState): TreeKeyAction | undefined {
  const index = state.rows.indexOf(state.row);
  const last = state.rows.length - 1;
  if (last < 0) return undefined;
  if (key === 'ArrowDown') return selectAt(state, Math.min(last, index + 1));
  if (key === 'ArrowUp') return selectAt(state, Math.max(0, index - 1));
  if (key === 'PageDown') return selectAt(state, Math.min(last, Math.max(0, index) + PAGE_ROWS));
  if (key === 'PageUp') return selectAt(state, Math.max(0, index - PAGE_ROWS));
  if (key === 'Home') return selectAt(state, 0);
  if (key === 'End') return selectAt(state, last);
  if (index < 0) return undefined;
  if (key === 'ArrowRight') return open(state, index);
  if (key === 'ArrowLeft') return close(state);
  return undefined;
}

function selectAt(state: TreeKeyState, index: number): TreeKeyAction | undefined {
  const row = state.rows[index];
  return row === undefined ? undefined : { kind: 'select', row };
}

/** Opens a closed row; in an open one goes to the first child. */
function open(state: TreeKeyState, index: number): TreeKeyAction | undefined {
  if (state.collapsed.has(state.row)) return { kind: 'toggle', row: state.row };
  const hasChildren = (state.layout.childCount[state.row] ?? 0) > 0;
  return hasChildren ? selectAt(state, index + 1) : undefined;
}

/** Closes an open row; from a leaf or a closed one goes to the parent. */
function close(state: TreeKeyState): TreeKeyAction | undefined {
  const hasChildren = (state.layout.childCount[state.row] ?? 0) > 0;
  if (hasChildren && !state.collapsed.has(state.row)) return { kind: 'toggle', row: state.row };
  const parent = state.layout.parentRow[state.row] ?? -1;
  return parent < 0 ? undefined : { kind: 'select', row: parent };
}
