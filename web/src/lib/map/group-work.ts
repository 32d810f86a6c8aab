import type { EdgeWork } from './edge-work.ts';
import type { Graph, GraphNode } from './map-graph.ts';

type Figures = Pick<
  GraphNode,
  'requestsPerSecond' | 'errorRatio' | 'durationP95Ns' | 'called' | 'isRead' | 'failedRatio'
>;

/** What a folded group serves, and who of it is least well. */
export type GroupWork = Figures & Pick<GraphNode, 'worst'>;

/** Group of a node; undefined for one that is not folded. */
export type GroupOf = (id: string) => string | undefined;

interface Way {
  readonly requestsPerSecond: number;
  readonly errorRatio: number;
  readonly durationP95Ns: number;
  readonly isRead: boolean;
}

/**
 * By folded group what comes into it: all that those serve whom nobody in it calls, and of the others
 * what is asked from outside. It is as unwell as the worst of its nodes, which a fold must not hide.
 */
export function groupWork(graph: Graph, groupOf: GroupOf): ReadonlyMap<string, GroupWork> {
  const calls = graph.edges.filter(({ change }) => change !== 'gone' && change !== 'absent');
  const isInside = ({ from, to }: { from: string; to: string }): boolean =>
    from !== to && groupOf(from) !== undefined && groupOf(from) === groupOf(to);
  const inner = new Set(calls.filter(isInside).map(({ to }) => to));
  const ways = new Map<string, Way[]>();
  const add = (group: string, way: Way): void => {
    const known = ways.get(group);
    if (known === undefined) ways.set(group, [way]);
    else known.push(way);
  };
  for (const node of graph.nodes) {
    const group = groupOf(node.id);
    if (group !== undefined && node.called && !inner.has(node.id)) add(group, node);
  }
  for (const { from, to, work } of calls) {
    const group = groupOf(to);
    if (group !== undefined && inner.has(to) && groupOf(from) !== group) add(group, wayOf(work));
  }
  const worst = worstOf(graph.nodes, groupOf);
  return new Map(
    [...new Set([...ways.keys(), ...worst.keys()])].map((group) => [
      group,
      together(ways.get(group) ?? [], worst.get(group)),
    ]),
  );
}

function wayOf({ requestsPerSecond, errorRatio, durationP95Ns, isRead }: EdgeWork): Way {
  return { requestsPerSecond, errorRatio, durationP95Ns, isRead };
}

function worstOf(nodes: readonly GraphNode[], groupOf: GroupOf): ReadonlyMap<string, GraphNode> {
  const worst = new Map<string, GraphNode>();
  for (const node of nodes) {
    const group = groupOf(node.id);
    if (group === undefined || node.failedRatio === 0) continue;
    const known = worst.get(group);
    if (known === undefined || node.failedRatio > known.failedRatio) worst.set(group, node);
  }
  return worst;
}

function together(ways: readonly Way[], worst: GraphNode | undefined): GroupWork {
  const rate = ways.reduce((sum, way) => sum + way.requestsPerSecond, 0);
  const errors = ways.reduce((sum, way) => sum + way.requestsPerSecond * way.errorRatio, 0);
  const errorRatio = rate === 0 ? 0 : errors / rate;
  return {
    ...{ requestsPerSecond: rate, errorRatio, called: ways.length > 0 },
    durationP95Ns: ways.reduce((most, way) => Math.max(most, way.durationP95Ns), 0),
    isRead: ways.some(({ isRead }) => isRead),
    failedRatio: Math.max(errorRatio, worst?.failedRatio ?? 0),
    ...(worst && { worst }),
  };
}
