/** Sizes in pixels. */
export const NODE_WIDTH = 168;
export const NODE_HEIGHT = 46;
const LAYER_GAP = 96;
const ROW_GAP = 18;
const MARGIN = 16;
/** Each sweep halves crossings at best; more do not help. */
const SWEEPS = 6;

export interface LayoutEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

export interface Placed {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Upper left corners by id. */
  readonly nodes: ReadonlyMap<string, Placed>;
  /** Path data by id. */
  readonly edges: ReadonlyMap<string, string>;
}

/**
 * Callers left of whom they call, in columns; within a column near their neighbours. The same graph
 * is laid out the same, whatever its figures are and in whatever order it comes.
 */
export function layOut(ids: readonly string[], edges: readonly LayoutEdge[]): Layout {
  const sorted = [...ids].sort();
  const links = edges.filter(({ from, to }) => from !== to).sort((a, b) => (a.id < b.id ? -1 : 1));
  const forward = withoutCycles(sorted, links);
  const layers = layersOf(sorted, forward);
  const columns = orderColumns(layers, forward);
  const rows = Math.max(1, ...columns.map((column) => column.length));
  const height = MARGIN * 2 + rows * NODE_HEIGHT + (rows - 1) * ROW_GAP;
  const nodes = new Map<string, Placed>();
  for (const [layer, column] of columns.entries()) {
    const used = column.length * NODE_HEIGHT + (column.length - 1) * ROW_GAP;
    for (const [row, id] of column.entries()) {
      nodes.set(id, {
        x: MARGIN + layer * (NODE_WIDTH + LAYER_GAP),
        y: (height - used) / 2 + row * (NODE_HEIGHT + ROW_GAP),
      });
    }
  }
  const width =
    MARGIN * 2 + columns.length * NODE_WIDTH + Math.max(0, columns.length - 1) * LAYER_GAP;
  const paths = new Map(edges.map((edge) => [edge.id, pathOf(edge, nodes)]));
  return { width, height, nodes, edges: paths };
}

/** Edges that would close a circle are turned for the layout. */
function withoutCycles(
  ids: readonly string[],
  edges: readonly LayoutEdge[],
): readonly LayoutEdge[] {
  const outgoing = groupBy(edges, ({ from }) => from);
  const state = new Map<string, 'open' | 'done'>();
  const turned = new Set<LayoutEdge>();
  for (const root of rootsFirst(ids, edges)) {
    if (state.has(root)) continue;
    state.set(root, 'open');
    const stack = [{ id: root, next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const edge = outgoing.get(top.id)?.[top.next++];
      if (edge === undefined) {
        state.set(top.id, 'done');
        stack.pop();
      } else if (state.get(edge.to) === 'open') {
        turned.add(edge);
      } else if (!state.has(edge.to)) {
        state.set(edge.to, 'open');
        stack.push({ id: edge.to, next: 0 });
      }
    }
  }
  return edges.map((edge) =>
    turned.has(edge) ? { id: edge.id, from: edge.to, to: edge.from } : edge,
  );
}

/** Nodes that nobody calls before the others. */
function rootsFirst(ids: readonly string[], edges: readonly LayoutEdge[]): readonly string[] {
  const called = new Set(edges.map(({ to }) => to));
  return [...ids.filter((id) => !called.has(id)), ...ids.filter((id) => called.has(id))];
}

/** As far right as the longest way to it. */
function layersOf(
  ids: readonly string[],
  edges: readonly LayoutEdge[],
): ReadonlyMap<string, number> {
  const outgoing = groupBy(edges, ({ from }) => from);
  const waiting = new Map(ids.map((id) => [id, 0]));
  for (const { to } of edges) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  const layer = new Map(ids.map((id) => [id, 0]));
  const ready = ids.filter((id) => waiting.get(id) === 0);
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    for (const { to } of outgoing.get(id) ?? []) {
      layer.set(to, Math.max(layer.get(to) ?? 0, (layer.get(id) ?? 0) + 1));
      const left = (waiting.get(to) ?? 1) - 1;
      waiting.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  return layer;
}

function orderColumns(
  layers: ReadonlyMap<string, number>,
  edges: readonly LayoutEdge[],
): readonly (readonly string[])[] {
  const columns: string[][] = [];
  for (const [id, layer] of layers) {
    while (columns.length <= layer) columns.push([]);
    columns[layer]?.push(id);
  }
  const before = groupBy(edges, ({ to }) => to);
  const after = groupBy(edges, ({ from }) => from);
  const place = new Map<string, number>();
  const remember = (column: readonly string[]): void => {
    for (const [row, id] of column.entries()) place.set(id, (row + 0.5) / column.length);
  };
  for (const column of columns) remember(column);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0;
    const neighbours = isForward ? before : after;
    for (const column of isForward ? columns : columns.toReversed()) {
      const middle = new Map(
        column.map((id) => [id, middleOf(id, neighbours.get(id) ?? [], place)]),
      );
      column.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0) || (a < b ? -1 : 1));
      remember(column);
    }
  }
  return columns;
}

function middleOf(
  id: string,
  edges: readonly LayoutEdge[],
  place: ReadonlyMap<string, number>,
): number {
  if (edges.length === 0) return place.get(id) ?? 0;
  const others = edges.map(({ from, to }) => place.get(from === id ? to : from) ?? 0);
  return others.reduce((sum, each) => sum + each, 0) / others.length;
}

function pathOf({ from, to }: LayoutEdge, nodes: ReadonlyMap<string, Placed>): string {
  const a = nodes.get(from);
  const b = nodes.get(to);
  if (a === undefined || b === undefined) return '';
  const middle = NODE_HEIGHT / 2;
  if (from === to) {
    const x = a.x + NODE_WIDTH - 40;
    return `M${x} ${a.y} c0 -22 34 -22 34 0`;
  }
  const [x1, y1, y2] = [a.x + NODE_WIDTH, a.y + middle, b.y + middle];
  // A call to the left leaves below and comes in below, so that it does not lie on the others.
  if (b.x <= a.x) {
    const [down, up] = [a.y + NODE_HEIGHT, b.y + NODE_HEIGHT];
    const low = Math.max(down, up) + 26;
    const [ax, bx] = [a.x + NODE_WIDTH / 2, b.x + NODE_WIDTH / 2];
    return `M${ax} ${down} C${ax} ${low} ${bx} ${low} ${bx} ${up}`;
  }
  const bend = Math.max(36, (b.x - x1) / 2);
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${b.x - bend} ${y2} ${b.x} ${y2}`;
}

function groupBy(
  edges: readonly LayoutEdge[],
  key: (edge: LayoutEdge) => string,
): ReadonlyMap<string, readonly LayoutEdge[]> {
  const groups = new Map<string, LayoutEdge[]>();
  for (const edge of edges) {
    const group = groups.get(key(edge));
    if (group === undefined) groups.set(key(edge), [edge]);
    else group.push(edge);
  }
  return groups;
}
