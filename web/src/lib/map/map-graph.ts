import type { MapEdge, MapNode, MapResponse } from '@sonde/backend/api-contract';

/** A node with what comes in; `id` is stable over time ranges. */
export interface GraphNode {
  readonly id: string;
  readonly node: MapNode;
  readonly requestsPerSecond: number;
  readonly errorRatio: number;
  /** The slowest way in; 0 where nobody calls. */
  readonly durationP95Ns: number;
  /** True where somebody calls it. */
  readonly called: boolean;
}

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly edge: MapEdge;
  readonly change: 'none' | 'new' | 'gone' | 'slower';
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Sonde's own services are shown apart from everybody's. */
const OWN_NAMESPACE = 'sonde';

/** Slower by half and by a millisecond at least: less is noise. */
const SLOWER_RATIO = 1.5;
const SLOWER_NS_MIN = 1_000_000;

/** Stands in the URL. */
export function nodeId({ kind, cluster, namespace, name }: MapNode): string {
  const parts = [kind, cluster, namespace, name];
  return parts.map((part) => encodeURIComponent(part).replaceAll('~', '%7E')).join('~');
}

/** What the answer says as a graph; `own` leaves Sonde itself in. */
export function graphOf(
  answer: Pick<MapResponse, 'edges' | 'gone'>,
  { own }: { own: boolean },
): Graph {
  const isShown = ({ client, server }: MapEdge): boolean =>
    own || (client.namespace !== OWN_NAMESPACE && server.namespace !== OWN_NAMESPACE);
  // Where nothing was there before, nothing is new: the data begins here.
  const begins =
    answer.gone.length === 0 && answer.edges.every((edge) => edge.before === undefined);
  const edges = [
    ...answer.edges
      .filter(isShown)
      .map((edge) => graphEdge(edge, begins ? 'none' : changeOf(edge))),
    ...answer.gone.filter(isShown).map((edge) => graphEdge(edge, 'gone')),
  ];
  return { nodes: nodesOf(edges), edges };
}

function graphEdge(edge: MapEdge, change: GraphEdge['change']): GraphEdge {
  const from = nodeId(edge.client);
  const to = nodeId(edge.server);
  return { id: `${from}~~${to}`, from, to, edge, change };
}

function changeOf({ before, durationP95Ns }: MapEdge): GraphEdge['change'] {
  if (before === undefined) return 'new';
  const slower = durationP95Ns - before.durationP95Ns;
  const isSlower = slower >= SLOWER_NS_MIN && durationP95Ns >= before.durationP95Ns * SLOWER_RATIO;
  return isSlower ? 'slower' : 'none';
}

interface Sum {
  readonly node: MapNode;
  rate: number;
  errorRate: number;
  p95Ns: number;
  called: boolean;
}

function nodesOf(edges: readonly GraphEdge[]): readonly GraphNode[] {
  const sums = new Map<string, Sum>();
  const sumOf = (id: string, node: MapNode): Sum => {
    const known = sums.get(id);
    if (known !== undefined) return known;
    const sum = { node, rate: 0, errorRate: 0, p95Ns: 0, called: false };
    sums.set(id, sum);
    return sum;
  };
  for (const { from, to, edge, change } of edges) {
    sumOf(from, edge.client);
    const server = sumOf(to, edge.server);
    if (change === 'gone') continue;
    server.called = true;
    server.rate += edge.requestsPerSecond;
    server.errorRate += edge.requestsPerSecond * edge.errorRatio;
    server.p95Ns = Math.max(server.p95Ns, edge.durationP95Ns);
  }
  return [...sums].map(([id, { node, rate, errorRate, p95Ns, called }]) => ({
    ...{ id, node, called },
    requestsPerSecond: rate,
    errorRatio: rate === 0 ? 0 : errorRate / rate,
    durationP95Ns: p95Ns,
  }));
}

/** A node and what is within `hops` calls of it, either way. */
export function around(graph: Graph, centre: string, hops: number): Graph {
  let near = new Set([centre]);
  for (let hop = 0; hop < hops; hop++) {
    const wider = new Set(near);
    for (const { from, to } of graph.edges) {
      if (near.has(from)) wider.add(to);
      if (near.has(to)) wider.add(from);
    }
    near = wider;
  }
  return {
    nodes: graph.nodes.filter(({ id }) => near.has(id)),
    edges: graph.edges.filter(({ from, to }) => near.has(from) && near.has(to)),
  };
}

/** What has errors, and the ends of it. */
export function failing(graph: Graph): Graph {
  const edges = graph.edges.filter(({ edge, change }) => change !== 'gone' && edge.errors > 0);
  const ends = new Set(edges.flatMap(({ from, to }) => [from, to]));
  return { nodes: graph.nodes.filter(({ id }) => ends.has(id)), edges };
}
