import type { Layout } from './layout-sizes.ts';
import { placeLayers } from './place-layers.ts';

/** Each sweep halves crossings at best; more do not help. */
const SWEEPS = 6;

export interface LayoutEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** What is laid out; plain, so that it can be sent to a worker. */
export interface LayoutRequest {
  readonly ids: readonly string[];
  readonly edges: readonly LayoutEdge[];
  /** Names of groups by id, in pairs; empty: no groups. */
  readonly groups: readonly (readonly [id: string, name: string])[];
}

/**
 * Callers left of whom they call, in columns, or above where there are more layers than a screen is
 * wide; within a column near their neighbours; each group a band of its own. The same graph is laid
 * out the same, whatever its figures are and in whatever order it comes.
 */
export function layOut({ ids, edges, groups }: LayoutRequest): Layout {
  const sorted = [...ids].sort();
  const links = edges.filter(({ from, to }) => from !== to).sort((a, b) => (a.id < b.id ? -1 : 1));
  const forward = withoutCycles(sorted, links);
  const layers = orderColumns(layersOf(sorted, forward), forward);
  // Where nothing is of a group there is none to draw.
  if (groups.every(([, name]) => name === '')) return placeLayers(...lonelyApart(layers, edges));
  const names = new Map(groups);
  const lanes = laneNames(sorted, names);
  const cells = lanes.map((lane) =>
    layers.map((layer) => layer.filter((id) => (names.get(id) ?? '') === lane)),
  );
  return placeLayers(cells, lanes);
}

/** What calls nobody and is called by nobody stands below all else, in rows as wide as that. */
function lonelyApart(
  layers: readonly (readonly string[])[],
  edges: readonly LayoutEdge[],
): Parameters<typeof placeLayers> {
  const joined = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const [first = [], ...others] = layers;
  const lonely = first.filter((id) => !joined.has(id));
  if (joined.size === 0 || lonely.length === 0) return [[layers], [undefined]];
  const rows = layers.map((_, layer) => lonely.filter((_id, i) => i % layers.length === layer));
  const apart = [first.filter((id) => joined.has(id)), ...others];
  return [
    [apart, rows],
    [undefined, undefined],
  ];
}

/** Nodes of no group come last. */
function laneNames(ids: readonly string[], names: ReadonlyMap<string, string>): readonly string[] {
  const all = new Set(ids.map((id) => names.get(id) ?? ''));
  const named = [...all].filter((name) => name !== '').sort();
  return all.has('') ? [...named, ''] : named;
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
