import type { Graph, GraphNode } from './map-graph.ts';

/** Of more nodes a frame takes too long, and none can be read. */
export const NODES_MAX = 1000;

/** What is always kept: the node or edge that is selected, and names that were looked for. */
export interface Wanted {
  readonly selected: string;
  readonly text: string;
}

/** The part of a graph that is drawn: of more than `NODES_MAX` nodes those with most requests. */
export function mostOf(graph: Graph, { selected, text }: Wanted): Graph {
  if (graph.nodes.length <= NODES_MAX) return graph;
  const work = new Map<string, number>();
  for (const { id, from, to, work: of } of graph.edges) {
    const own = id === selected ? Number.POSITIVE_INFINITY : of.requestsPerSecond;
    for (const end of [from, to]) work.set(end, (work.get(end) ?? 0) + own);
  }
  const wanted = text.toLowerCase();
  const rank = ({ id, node, requestsPerSecond }: GraphNode): number =>
    id === selected || (wanted !== '' && node.name.toLowerCase().includes(wanted))
      ? Number.POSITIVE_INFINITY
      : Math.max(work.get(id) ?? 0, requestsPerSecond);
  const ranked = graph.nodes.map((node) => ({ node, rank: rank(node) }));
  ranked.sort((a, b) =>
    b.rank > a.rank ? 1 : b.rank < a.rank ? -1 : a.node.id < b.node.id ? -1 : 1,
  );
  const nodes = ranked.slice(0, NODES_MAX).map(({ node }) => node);
  const kept = new Set(nodes.map(({ id }) => id));
  const edges = graph.edges.filter(({ from, to }) => kept.has(from) && kept.has(to));
  return { ...graph, nodes, edges };
}
