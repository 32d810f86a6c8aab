import type { MapPlace } from '@sonde/backend/api-contract';
import { sumOfWork } from './edge-work.ts';
import { groupWork } from './group-work.ts';
import {
  type EdgeChange,
  edgeId,
  type Graph,
  type GraphEdge,
  type LoneNode,
  nodeId,
  nodesOf,
  type ShownNode,
} from './map-graph.ts';

export const GROUPINGS = ['none', 'namespace', 'category', 'team', 'zone'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What to do where no service says its group; empty where there is nothing to do. */
export const GROUPING_HINTS: Readonly<Record<Grouping, string>> = {
  none: '',
  namespace: 'No service says its namespace: set service.namespace in its resource.',
  category: 'No service has a category: name them in the settings, services.categories.',
  team: 'No service has a team: set service.team in its resource, or services.teams in the settings.',
  zone: 'No service says its zone: set cloud.availability_zone in its resource.',
};

/** The group of nodes that belong to none, or to several. */
export const NO_GROUP = '';

/**
 * The name of each node's group. A database, queue or host is with those that call it, where those
 * are of one group; a service in several zones is in none.
 */
export function groupNames(
  graph: Graph,
  grouping: Grouping,
  places: readonly MapPlace[],
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  if (grouping === 'none') return names;
  const known = new Map(places.map((place) => [nodeId({ ...place, kind: 'service' }), place]));
  for (const { id, node } of graph.nodes) {
    if (node.kind === 'service') names.set(id, nameOf(node, grouping, known.get(id)));
  }
  for (const { id, node } of graph.nodes) {
    if (node.kind !== 'service') names.set(id, sharedName(graph, id, names));
  }
  return names;
}

function nameOf(node: ShownNode, grouping: Grouping, place: MapPlace | undefined): string {
  if (grouping === 'namespace') return node.namespace;
  if (grouping === 'zone') return place?.zones.length === 1 ? (place.zones[0] ?? '') : NO_GROUP;
  return grouping === 'team' ? (place?.team ?? NO_GROUP) : (place?.category ?? NO_GROUP);
}

function sharedName({ edges }: Graph, id: string, names: ReadonlyMap<string, string>): string {
  const others = new Set(
    edges
      .filter(({ from, to }) => from === id || to === id)
      .flatMap(({ from, to }) => names.get(from === id ? to : from) ?? []),
  );
  const [only = NO_GROUP] = others;
  return others.size === 1 ? only : NO_GROUP;
}

export function groupId(name: string): string {
  return nodeId(groupNode(name));
}

function groupNode(name: string): ShownNode {
  return { kind: 'group', cluster: '', namespace: '', name };
}

/** Each folded group as one node; calls inside of it are not shown. */
export function fold(
  graph: Graph,
  names: ReadonlyMap<string, string>,
  folded: ReadonlySet<string>,
): Graph {
  if (folded.size === 0) return graph;
  const end = (id: string, node: ShownNode): readonly [string, ShownNode] => {
    const name = names.get(id);
    return name !== undefined && folded.has(name) ? [groupId(name), groupNode(name)] : [id, node];
  };
  const joined = new Map<string, GraphEdge>();
  const members = new Map<string, number>();
  const lone = graph.nodes.map(({ id, node }): LoneNode => {
    const [to, as] = end(id, node);
    members.set(to, (members.get(to) ?? 0) + 1);
    return { id: to, node: as };
  });
  for (const edge of graph.edges) {
    const [from, client] = end(edge.from, edge.client);
    const [to, server] = end(edge.to, edge.server);
    if (from === to && client.kind === 'group') continue;
    const moved = { ...edge, id: edgeId(from, to), from, to, client, server };
    const known = joined.get(moved.id);
    joined.set(moved.id, known === undefined ? moved : together(known, moved));
  }
  const edges = [...joined.values()];
  const nodes = nodesOf(edges, graph.served, { members: (id) => members.get(id) ?? 1, lone });
  const work = groupWork(graph, (id) => {
    const name = names.get(id);
    return name !== undefined && folded.has(name) ? groupId(name) : undefined;
  });
  return {
    served: graph.served,
    nodes: nodes.map((node) => ({ ...node, ...work.get(node.id) })),
    edges,
  };
}

/** What is more worth to be seen comes first. */
const CHANGES: readonly EdgeChange[] = ['slower', 'new', 'none', 'absent', 'gone'];

function together(a: GraphEdge, b: GraphEdge): GraphEdge {
  const change = CHANGES.find((each) => each === a.change || each === b.change) ?? 'none';
  const before = a.before && b.before ? sumOfWork(a.before, b.before) : (a.before ?? b.before);
  return {
    ...a,
    change,
    protocols: [...new Set([...a.protocols, ...b.protocols])].sort(),
    work: sumOfWork(a.work, b.work),
    members: a.members + b.members,
    ...(before && { before }),
  };
}
