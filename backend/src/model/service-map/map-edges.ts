import type { MapEdge, MapNode, MapWork } from '../../api/contract/index.ts';
import { cutName } from '../../cut-name.ts';
import { mergeHistograms, quantileNs } from '../services/duration-histogram.ts';
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
  const places = placesOf([...now, ...before]);
  const earlier = byPair(before.map((row) => placed(row, places)));
  const edges = [...byPair(now.map((row) => placed(row, places)))].map(([pair, row]): MapEdge => {
    const was = earlier.get(pair);
    earlier.delete(pair);
    const edge = edgeOf(row, rangeSeconds);
    return was === undefined ? edge : { ...edge, before: workOf(was, rangeSeconds) };
  });
  return { edges, gone: [...earlier.values()].map((row) => edgeOf(row, rangeSeconds)) };
}

type Places = ReadonlyMap<string, { readonly namespace: string; readonly cluster: string }>;

/** Services that are in one namespace and cluster alone, by name. */
function placesOf(rows: readonly EdgeRow[]): Places {
  const places = new Map<string, { namespace: string; cluster: string } | undefined>();
  const see = ({ name, namespace, cluster, kind }: MapNode): void => {
    if (kind !== 'service' || (namespace === '' && cluster === '')) return;
    const known = places.get(name);
    const isOther =
      places.has(name) && (known?.namespace !== namespace || known.cluster !== cluster);
    places.set(name, isOther ? undefined : { namespace, cluster });
  };
  for (const row of rows) {
    see(clientOf(row));
    see(serverOf(row));
  }
  return new Map([...places].flatMap(([name, place]) => (place ? [[name, place]] : [])));
}

/** A caller that knows a name alone means the service of that name, where there is one. */
function placed(row: EdgeRow, places: Places): EdgeRow {
  const client = unplaced(clientOf(row)) ? places.get(row.client_service) : undefined;
  const server = unplaced(serverOf(row)) ? places.get(row.server_service) : undefined;
  if (client === undefined && server === undefined) return row;
  return {
    ...row,
    ...(client && { client_namespace: client.namespace, client_cluster: client.cluster }),
    ...(server && { server_namespace: server.namespace, server_cluster: server.cluster }),
  };
}

function unplaced({ kind, namespace, cluster }: MapNode): boolean {
  return kind === 'service' && namespace === '' && cluster === '';
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
    const [first, ...others] = of.filter((row) => row.origin === origin);
    if (first !== undefined) chosen.set(pair, others.reduce(added, first));
  }
  return chosen;
}

/** Calls of two rows that turned out to be one edge. */
function added(a: EdgeRow, b: EdgeRow): EdgeRow {
  return {
    ...a,
    protocols: [...new Set([...a.protocols, ...b.protocols])].sort(),
    requests: a.requests + b.requests,
    errors: a.errors + b.errors,
    histogram: addedMaps(a.histogram, b.histogram),
    duration_max: Math.max(a.duration_max, b.duration_max),
    gap_requests: a.gap_requests + b.gap_requests,
    gap_histogram: addedMaps(a.gap_histogram, b.gap_histogram),
    gap_max: Math.max(a.gap_max, b.gap_max),
  };
}

function addedMaps(a: SumMap, b: SumMap): SumMap {
  const both = [a, b].map(([buckets, counts]) => ({ buckets, counts, maxNs: 0 }));
  const { buckets, counts } = mergeHistograms(both);
  return [buckets, counts];
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
