import type { MapEdge, MapNode, MapWork } from '../../api/contract/index.ts';
import { cutName } from '../../cut-name.ts';
import { quantileNs } from '../services/duration-histogram.ts';
import { preferredOrigin } from '../services/origin.ts';
import type { SumMap } from '../services/queries.ts';
import type { EdgeRow } from './queries.ts';

export interface MapEdges {
  readonly edges: readonly MapEdge[];
  readonly gone: readonly MapEdge[];
}

/**
 * One edge a pair of nodes, after the origin rule: calls that an SDK and the agent both saw are the
 * same calls. Each with what it was before; and those that were before alone.
 */
export function mapEdges(
  now: readonly EdgeRow[],
  before: readonly EdgeRow[],
  rangeSeconds: number,
): MapEdges {
  const earlier = byPair(before);
  const edges = [...byPair(now)].map(([pair, row]): MapEdge => {
    const was = earlier.get(pair);
    earlier.delete(pair);
    const edge = edgeOf(row, rangeSeconds);
    return was === undefined ? edge : { ...edge, before: workOf(was, rangeSeconds) };
  });
  return { edges, gone: [...earlier.values()].map((row) => edgeOf(row, rangeSeconds)) };
}

function byPair(rows: readonly EdgeRow[]): Map<string, EdgeRow> {
  const grouped = new Map<string, EdgeRow[]>();
  for (const row of rows) {
    const pair = JSON.stringify([clientOf(row), serverOf(row)]);
    const others = grouped.get(pair);
    if (others === undefined) grouped.set(pair, [row]);
    else others.push(row);
  }
  const chosen = new Map<string, EdgeRow>();
  for (const [pair, of] of grouped) {
    const origin = preferredOrigin(of);
    const row = of.find((candidate) => candidate.origin === origin);
    if (row !== undefined) chosen.set(pair, row);
  }
  return chosen;
}

function edgeOf(row: EdgeRow, rangeSeconds: number): MapEdge {
  const { origin, protocols } = row;
  const ends = { client: clientOf(row), server: serverOf(row) };
  return { ...ends, origin, protocols, ...workOf(row, rangeSeconds) };
}

function clientOf(row: EdgeRow): MapNode {
  return {
    name: cutName(row.client_service),
    namespace: cutName(row.client_namespace),
    cluster: cutName(row.client_cluster),
    kind: row.client_kind,
  };
}

function serverOf(row: EdgeRow): MapNode {
  return {
    name: cutName(row.server_service),
    namespace: cutName(row.server_namespace),
    cluster: cutName(row.server_cluster),
    kind: row.server_kind,
  };
}

function workOf(row: EdgeRow, rangeSeconds: number): MapWork {
  const { requests, errors } = row;
  const duration = (quantile: number): number =>
    quantileOf(row.histogram, row.duration_max, quantile);
  return {
    requests,
    errors,
    requestsPerSecond: requests / rangeSeconds,
    errorRatio: requests === 0 ? 0 : errors / requests,
    durationP50Ns: duration(0.5),
    durationP95Ns: duration(0.95),
    durationP99Ns: duration(0.99),
    gapP95Ns: row.gap_requests === 0 ? null : quantileOf(row.gap_histogram, row.gap_max, 0.95),
  };
}

function quantileOf([buckets, counts]: SumMap, maxNs: number, quantile: number): number {
  return quantileNs({ buckets, counts, maxNs }, quantile);
}
