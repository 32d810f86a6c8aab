import type { MapEdge, MapNode, MapResponse, MapServed } from '@sonde/backend/api-contract';
import { connectFailureRatio, type EdgeWork, NO_WORK, workOf } from './edge-work.ts';

/** What is drawn as a box: a node of the map, or a folded group of them. */
export interface ShownNode extends Omit<MapNode, 'kind'> {
  readonly kind: MapNode['kind'] | 'group';
}

/**
 * A node with what it serves, by its own spans where it has some, else by those of its callers; `id`
 * is stable over time ranges.
 */
export interface GraphNode {
  readonly id: string;
  readonly node: ShownNode;
  readonly requestsPerSecond: number;
  readonly errorRatio: number;
  /** Of its own spans, else of the slowest way in; 0 where nobody calls. */
  readonly durationP95Ns: number;
  /** Share of requests, or of connects, that failed: whichever is more. */
  readonly failedRatio: number;
  /** Share of its callers' connects that failed. */
  readonly connectFailureRatio: number;
  /** TCP payload that comes in and goes out by its callers' connections, as far as agents saw it. */
  readonly bytesPerSecond: number;
  /** True where somebody calls it, or connects to it. */
  readonly called: boolean;
  /** False where nothing but connections to it is known. */
  readonly isRead: boolean;
  /** Nodes that it stands for. */
  readonly members: number;
  /** Of a folded group the node of which most failed, where any did. */
  readonly worst?: Pick<GraphNode, 'node' | 'errorRatio' | 'connectFailureRatio'>;
}

/** `absent`: there are such calls in the range, and none at the moment that is shown. */
export type EdgeChange = 'none' | 'new' | 'gone' | 'slower' | 'absent';

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly client: ShownNode;
  readonly server: ShownNode;
  readonly protocols: readonly string[];
  readonly origin: MapEdge['origin'];
  readonly work: EdgeWork;
  readonly before?: EdgeWork;
  readonly change: EdgeChange;
  /** Edges that it stands for. */
  readonly members: number;
}

/** By node what services served. */
export type Served = ReadonlyMap<string, MapServed>;

export interface Graph {
  readonly served: Served;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Sonde's own services are shown apart from everybody's. */
const OWN_NAMESPACE = 'sonde';

/** Slower by half and by a millisecond at least: less is noise. */
const SLOWER_RATIO = 1.5;
const SLOWER_NS_MIN = 1_000_000;

/**
 * Of more edges nobody follows a line from one end to the other: there lines are quiet and take the
 * straight way, else they would fill every gap. Those of a node come out when it is pointed at.
 */
const FOLLOWED_EDGES_MAX = 250;

export function isDense({ edges }: Graph): boolean {
  return edges.length > FOLLOWED_EDGES_MAX;
}

/** Stands in the URL. */
export function nodeId({ kind, cluster, namespace, name }: ShownNode): string {
  const parts = [kind, cluster, namespace, name];
  return parts.map((part) => encodeURIComponent(part).replaceAll('~', '%7E')).join('~');
}

export function edgeId(from: string, to: string): string {
  return `${from}~~${to}`;
}

/** What the answer says as a graph; `own` leaves Sonde itself in. */
export function graphOf(
  answer: Pick<MapResponse, 'edges' | 'gone' | 'served'>,
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
  const served = new Map(answer.served.map((each) => [nodeId({ ...each, kind: 'service' }), each]));
  // Who calls nobody and is called by nobody that is known is a node all the same.
  // A database or host of that name is the same thing, as its callers know it.
  const known = new Set(
    edges.flatMap(({ client, server }) =>
      [client, server].filter(({ kind }) => kind !== 'service').map(({ name }) => name),
    ),
  );
  const lone = answer.served
    .filter(({ namespace }) => own || namespace !== OWN_NAMESPACE)
    .filter(({ name }) => !known.has(name))
    .map(({ name, namespace, cluster }): LoneNode => {
      const node: ShownNode = { kind: 'service', name, namespace, cluster };
      return { id: nodeId(node), node };
    });
  return { served, nodes: nodesOf(edges, served, { lone }), edges };
}

function graphEdge(edge: MapEdge, change: EdgeChange): GraphEdge {
  const { client, server, protocols, origin, before, ...work } = edge;
  const [from, to] = [nodeId(client), nodeId(server)];
  const ends = { id: edgeId(from, to), from, to, client, server };
  const was = before && { before: workOf(before) };
  return { ...ends, protocols, origin, work: workOf(work), change, members: 1, ...was };
}

function changeOf({ before, durationP95Ns }: MapEdge): EdgeChange {
  if (before === undefined) return 'new';
  // There were such calls, of which nobody read a duration.
  if (before.requestsPerSecond === null) return 'none';
  const slower = durationP95Ns - before.durationP95Ns;
  const isSlower = slower >= SLOWER_NS_MIN && durationP95Ns >= before.durationP95Ns * SLOWER_RATIO;
  return isSlower ? 'slower' : 'none';
}

interface Sum {
  readonly node: ShownNode;
  rate: number;
  errorRate: number;
  p95Ns: number;
  bytes: number;
  connects: number;
  failures: number;
  called: boolean;
  isRead: boolean;
}

export type LoneNode = Pick<GraphNode, 'id' | 'node'>;

export interface NodeOptions {
  /** How many nodes one stands for; 1 when absent. */
  readonly members?: (id: string) => number;
  /** Nodes that are there without an edge too. */
  readonly lone?: readonly LoneNode[];
}

/** The ends of edges and what is there without any, with what they serve. */
export function nodesOf(
  edges: readonly GraphEdge[],
  served: Served,
  { members = () => 1, lone = [] }: NodeOptions = {},
): readonly GraphNode[] {
  const sums = new Map<string, Sum>();
  const sumOf = (id: string, node: ShownNode): Sum => {
    const known = sums.get(id);
    if (known !== undefined) return known;
    const sum = {
      ...{ node, rate: 0, errorRate: 0, p95Ns: 0, called: false, isRead: false },
      ...{ bytes: 0, connects: 0, failures: 0 },
    };
    sums.set(id, sum);
    return sum;
  };
  for (const { from, to, client, server, work, change } of edges) {
    sumOf(from, client);
    const sum = sumOf(to, server);
    if (change === 'gone' || change === 'absent') continue;
    sum.called = true;
    sum.rate += work.requestsPerSecond;
    sum.errorRate += work.requestsPerSecond * work.errorRatio;
    sum.p95Ns = Math.max(sum.p95Ns, work.durationP95Ns);
    sum.isRead ||= work.isRead;
    sum.bytes += (work.bytesPerSecond?.sent ?? 0) + (work.bytesPerSecond?.received ?? 0);
    sum.connects += work.connectionsPerSecond ?? 0;
    sum.failures += work.connectFailuresPerSecond ?? 0;
  }
  for (const { id, node } of lone) sumOf(id, node);
  return [...sums].map(([id, sum]) => {
    const own = served.get(id);
    if (own !== undefined && own.requestsPerSecond > 0) serve(sum, own);
    return graphNode(id, sum, members(id));
  });
}

/** Its own spans know of every request, of which some callers send none. */
function serve(sum: Sum, own: MapServed): void {
  sum.rate = own.requestsPerSecond;
  sum.errorRate = own.requestsPerSecond * own.errorRatio;
  sum.p95Ns = own.durationP95Ns;
  sum.called = true;
  sum.isRead = true;
}

function graphNode(id: string, sum: Sum, members: number): GraphNode {
  const { node, rate, errorRate, called, isRead, bytes, connects, failures } = sum;
  const errorRatio = rate === 0 ? 0 : errorRate / rate;
  const ofConnects = connectFailureRatio({
    ...{ connectionsPerSecond: connects, connectFailuresPerSecond: failures },
  });
  return {
    ...{ id, node, called, isRead, members, errorRatio, requestsPerSecond: rate },
    ...{ durationP95Ns: sum.p95Ns, bytesPerSecond: bytes },
    failedRatio: Math.max(errorRatio, ofConnects),
    connectFailureRatio: ofConnects,
  };
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
    ...graph,
    nodes: graph.nodes.filter(({ id }) => near.has(id)),
    edges: graph.edges.filter(({ from, to }) => near.has(from) && near.has(to)),
  };
}

/** What has errors, and the ends of it. */
export function failing(graph: Graph): Graph {
  const edges = graph.edges.filter(
    ({ work, change }) => change !== 'gone' && (work.errors > 0 || connectFailureRatio(work) > 0),
  );
  const ends = new Set(edges.flatMap(({ from, to }) => [from, to]));
  return {
    ...graph,
    nodes: graph.nodes.filter(
      ({ id, errorRatio, worst }) => ends.has(id) || errorRatio > 0 || worst !== undefined,
    ),
    edges,
  };
}

/** The nodes and edges of a range with the figures of a moment of it: nothing comes or goes. */
export function atMoment(range: Graph, moment: Graph): Graph {
  const now = new Map(moment.edges.map((edge) => [edge.id, edge]));
  const edges = range.edges.map((edge): GraphEdge => {
    const of = now.get(edge.id);
    if (of !== undefined && of.change !== 'gone')
      return { ...edge, work: of.work, change: of.change };
    return { ...edge, work: NO_WORK, change: 'absent' };
  });
  return {
    served: moment.served,
    nodes: nodesOf(edges, moment.served, { lone: range.nodes }),
    edges,
  };
}
