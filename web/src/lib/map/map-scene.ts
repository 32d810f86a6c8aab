import { formatBytes } from '../format/bytes.ts';
import { formatDuration } from '../format/duration.ts';
import { formatRate } from '../format/rate.ts';
import { formatRatio } from '../format/ratio.ts';
import { type Box, boxOf, type Curve, curveOf, distanceTo } from './edge-curve.ts';
import { EdgeWays } from './edge-ways.ts';
import { bytesText, connectFailureRatio } from './edge-work.ts';
import { type Lane, type Layout, NODE_HEIGHT, NODE_WIDTH } from './layout-sizes.ts';
import type { MapColours } from './map-colours.ts';
import {
  type EdgeChange,
  type Graph,
  type GraphEdge,
  type GraphNode,
  isDense,
} from './map-graph.ts';

export interface SceneNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly figures: string;
  /** `DB`, `MQ`, `EXT`, `12 nodes`; empty for services. */
  readonly mark: string;
  readonly isRound: boolean;
  readonly colour: string;
  readonly isDim: boolean;
}

export interface SceneEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly curve: Curve;
  /** Around the curve. */
  readonly box: Box;
  readonly colour: string;
  readonly width: number;
  readonly change: EdgeChange;
  /** False: known by its connections alone. */
  readonly isRead: boolean;
}

/** What is drawn, in the pixels of the map. */
export interface MapScene {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly SceneNode[];
  readonly edges: readonly SceneEdge[];
  readonly lanes: readonly Lane[];
}

const MARKS: Readonly<Record<GraphNode['node']['kind'], string>> = {
  ...{ service: '', database: 'DB', messaging: 'MQ', external: 'EXT', group: '' },
};

const WIDTHS = [1, 1.6, 2.4, 3.4] as const;
/** How near a pointer has to be to an edge, in pixels of the screen. */
const EDGE_REACH_PX = 7;

/** What of the graph is laid out; `text` dims all others. */
export function sceneOf(
  graph: Graph,
  layout: Layout,
  { colours, text }: { readonly colours: MapColours; readonly text: string },
): MapScene {
  const wanted = text.toLowerCase();
  const nodes = graph.nodes.flatMap((each): SceneNode[] => {
    const place = layout.nodes.get(each.id);
    if (place === undefined) return [];
    const { name, kind } = each.node;
    const shown = kind === 'group' ? name || 'No group' : name;
    return [
      {
        ...{ id: each.id, ...place, name: shown, figures: figuresOf(each) },
        mark: kind === 'group' ? `${each.members}` : MARKS[kind],
        isRound: kind !== 'service' && kind !== 'group',
        colour: colours.node(each),
        isDim: wanted !== '' && !shown.toLowerCase().includes(wanted),
      },
    ];
  });
  const ways = isDense(graph) ? undefined : waysOn(layout);
  const edges = graph.edges.flatMap((each): SceneEdge[] => {
    const [a, b] = [layout.nodes.get(each.from), layout.nodes.get(each.to)];
    if (a === undefined || b === undefined) return [];
    const { id, from, to, change, work } = each;
    const look = { colour: colours.edge(each), width: widthOf(each), isRead: work.isRead };
    const curve = ways === undefined ? curveOf(a, b) : ways.wayOf(a, b);
    return [{ id, from, to, change, curve, box: boxOf(curve), ...look }];
  });
  return { ...{ nodes, edges, lanes: layout.lanes }, width: layout.width, height: layout.height };
}

/** Figures and colours change on a layout that stays. */
const knownWays = new WeakMap<Layout, EdgeWays>();

function waysOn(layout: Layout): EdgeWays {
  const known = knownWays.get(layout) ?? new EdgeWays(layout);
  knownWays.set(layout, known);
  return known;
}

export function figuresOf(node: GraphNode): string {
  const { called, isRead, requestsPerSecond, errorRatio, durationP95Ns } = node;
  if (!called) return 'calls only';
  if (!isRead) return `connections · ${formatBytes(node.bytesPerSecond)}/s`;
  const errors = errorRatio > 0 ? ` · ${formatRatio(errorRatio)}` : '';
  return `${formatRate(requestsPerSecond)}/s · ${formatDuration(durationP95Ns)}${errors}`;
}

/** What a box or an edge is, for a tip. */
export function wordsOf(graph: Graph, id: string): readonly string[] {
  const node = graph.nodes.find((each) => each.id === id);
  if (node !== undefined) return [node.node.name || 'No group', figuresOf(node)];
  const edge = graph.edges.find((each) => each.id === id);
  if (edge === undefined) return [];
  const { client, server, change } = edge;
  const ends = `${client.name || 'No group'} → ${server.name || 'No group'}`;
  return [ends, ...wordsOfWork(edge), ...(change === 'none' ? [] : [change])];
}

function wordsOfWork({ work }: GraphEdge): readonly string[] {
  const calls = `${formatRate(work.requestsPerSecond)}/s · ${formatDuration(work.durationP95Ns)} · ${formatRatio(work.errorRatio)} errors`;
  const failed = connectFailureRatio(work);
  return [
    work.isRead ? calls : 'connections only',
    ...(work.bytesPerSecond === null ? [] : [bytesText(work)]),
    ...(failed > 0 ? [`${formatRatio(failed)} of connects failed`] : []),
  ];
}

/** Few widths: edges of one width and colour are drawn at once. */
function widthOf({ work, change }: GraphEdge): number {
  if (change === 'gone' || change === 'absent') return WIDTHS[0];
  const step = Math.min(WIDTHS.length - 1, Math.floor(Math.log10(1 + work.requestsPerSecond * 10)));
  return WIDTHS[step] ?? WIDTHS[0];
}

/** The box, else the edge, at a point of the map; boxes lie on top. */
export function hitAt(
  scene: MapScene,
  at: { readonly x: number; readonly y: number },
  zoom: number,
): string | undefined {
  const box = scene.nodes.find(
    ({ x, y }) => at.x >= x && at.x <= x + NODE_WIDTH && at.y >= y && at.y <= y + NODE_HEIGHT,
  );
  if (box !== undefined) return box.id;
  let nearest = EDGE_REACH_PX / zoom;
  let found: string | undefined;
  for (const { id, curve, box: around } of scene.edges) {
    if (!isWithin(around, at, nearest)) continue;
    const distance = distanceTo(curve, at.x, at.y);
    if (distance > nearest) continue;
    nearest = distance;
    found = id;
  }
  return found;
}

function isWithin(
  { left, top, right, bottom }: Box,
  { x, y }: { readonly x: number; readonly y: number },
  reach: number,
): boolean {
  return x > left - reach && x < right + reach && y > top - reach && y < bottom + reach;
}
