/** Sizes in pixels. */
export const NODE_WIDTH = 168;
export const NODE_HEIGHT = 46;
const LAYER_GAP = 64;
/** Between columns of one layer. */
const COLUMN_GAP = 16;
const ROW_GAP = 12;
const MARGIN = 16;
/** Around the nodes of a group, with its name above. */
const LANE_HEAD = 26;
const LANE_GAP = 18;
/** Each sweep halves crossings at best; more do not help. */
const SWEEPS = 6;
/** Layers of more nodes stand in several columns, so that the whole has the shape of a screen. */
const ROWS_MIN = 8;
const ASPECT = 1.7;

export interface LayoutEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

export interface Placed {
  readonly x: number;
  readonly y: number;
}

/** The band of a group. */
export interface Lane {
  readonly name: string;
  readonly y: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Upper left corners by id. */
  readonly nodes: ReadonlyMap<string, Placed>;
  /** Empty without groups. */
  readonly lanes: readonly Lane[];
}

/** What is laid out; plain, so that it can be sent to a worker. */
export interface LayoutRequest {
  readonly ids: readonly string[];
  readonly edges: readonly LayoutEdge[];
  /** Names of groups by id, in pairs; empty: no groups. */
  readonly groups: readonly (readonly [id: string, name: string])[];
}

/**
 * Callers left of whom they call, in columns; within a column near their neighbours; each group a
 * band of its own. The same graph is laid out the same, whatever its figures are and in whatever
 * order it comes.
 */
export function layOut({ ids, edges, groups }: LayoutRequest): Layout {
  const sorted = [...ids].sort();
  const links = edges.filter(({ from, to }) => from !== to).sort((a, b) => (a.id < b.id ? -1 : 1));
  const forward = withoutCycles(sorted, links);
  const layers = orderColumns(layersOf(sorted, forward), forward);
  const names = new Map(groups);
  const lanes = groups.length === 0 ? [undefined] : laneNames(sorted, names);
  const cells = lanes.map((lane) =>
    layers.map((layer) =>
      layer.filter((id) => lane === undefined || (names.get(id) ?? '') === lane),
    ),
  );
  return placeCells(cells, lanes);
}

/** Nodes of no group come last. */
function laneNames(ids: readonly string[], names: ReadonlyMap<string, string>): readonly string[] {
  const all = new Set(ids.map((id) => names.get(id) ?? ''));
  const named = [...all].filter((name) => name !== '').sort();
  return all.has('') ? [...named, ''] : named;
}

/** By lane and layer, ids in their order. */
type Cells = readonly (readonly (readonly string[])[])[];

function placeCells(cells: Cells, lanes: readonly (string | undefined)[]): Layout {
  const rows = rowsFor(cells);
  const columns = columnsOf(cells, rows);
  const lefts = leftsOf(columns);
  const nodes = new Map<string, Placed>();
  const bands: Lane[] = [];
  let top = MARGIN;
  for (const [index, lane] of cells.entries()) {
    const name = lanes[index];
    const height = laneHeight(lane, rows);
    const y = top + (name === undefined ? 0 : LANE_HEAD);
    for (const [layer, ids] of lane.entries())
      placeLayer(ids, { rows, y, height, left: lefts[layer] ?? 0, nodes });
    const bottom = y + height + (name === undefined ? 0 : ROW_GAP);
    if (name !== undefined) bands.push({ name, y: top, height: bottom - top });
    top = bottom + LANE_GAP;
  }
  return { ...{ nodes, lanes: bands }, width: widthOf(columns), height: top - LANE_GAP + MARGIN };
}

function placeLayer(
  ids: readonly string[],
  at: {
    readonly rows: number;
    readonly y: number;
    readonly height: number;
    readonly left: number;
    readonly nodes: Map<string, Placed>;
  },
): void {
  const used = Math.min(at.rows, Math.ceil(ids.length / Math.ceil(ids.length / at.rows)));
  const step = NODE_HEIGHT + ROW_GAP;
  for (const [index, id] of ids.entries()) {
    const column = Math.floor(index / used);
    const inColumn = Math.min(used, ids.length - column * used);
    const top = at.y + (at.height - (inColumn * step - ROW_GAP)) / 2;
    const x = at.left + column * (NODE_WIDTH + COLUMN_GAP);
    at.nodes.set(id, { x, y: top + (index % used) * step });
  }
}

/** Rows of a column at most, so that the whole is about as wide as a screen is. */
function rowsFor(cells: Cells): number {
  const most = Math.max(1, ...cells.flatMap((lane) => lane.map((ids) => ids.length)));
  for (let rows = ROWS_MIN; rows < most; rows++) {
    const height = cells.reduce((sum, lane) => sum + laneHeight(lane, rows) + LANE_GAP, 0);
    if (widthOf(columnsOf(cells, rows)) <= height * ASPECT) return rows;
  }
  return Math.max(most, 1);
}

function laneHeight(lane: readonly (readonly string[])[], rows: number): number {
  const used = Math.max(1, ...lane.map((ids) => Math.min(ids.length, rows)));
  return used * (NODE_HEIGHT + ROW_GAP) - ROW_GAP;
}

/** Of each layer how many columns its longest lane takes. */
function columnsOf(cells: Cells, rows: number): readonly number[] {
  const layers = Math.max(0, ...cells.map((lane) => lane.length));
  return Array.from({ length: layers }, (_, layer) =>
    Math.max(1, ...cells.map((lane) => Math.ceil((lane[layer]?.length ?? 0) / rows))),
  );
}

function leftsOf(columns: readonly number[]): readonly number[] {
  const lefts: number[] = [];
  let left = MARGIN;
  for (const count of columns) {
    lefts.push(left);
    left += count * (NODE_WIDTH + COLUMN_GAP) - COLUMN_GAP + LAYER_GAP;
  }
  return lefts;
}

function widthOf(columns: readonly number[]): number {
  const used = columns.reduce(
    (sum, count) => sum + count * (NODE_WIDTH + COLUMN_GAP) - COLUMN_GAP,
    0,
  );
  return MARGIN * 2 + used + Math.max(0, columns.length - 1) * LAYER_GAP;
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
