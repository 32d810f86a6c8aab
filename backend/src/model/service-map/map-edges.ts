import type { MapEdge, MapNode, MapWork } from '../../api/contract/index.ts';
import { ANSWER_LIMITS } from '../../limits.ts';
import { mergeHistograms, quantileNs } from '../services/duration-histogram.ts';
import { preferredOrigin } from '../services/origin.ts';
import type { SumMap } from '../services/queries.ts';
import { addedConnections, type ConnectionRow, flowOf } from './connection-rows.ts';
import {
  clientOf,
  type Ends,
  type Places,
  pairOf,
  placed,
  placesOf,
  serverOf,
} from './map-ends.ts';
import type { EdgeRow } from './queries.ts';

const MAX = ANSWER_LIMITS.mapEdgesMax;

export interface MapEdges {
  readonly edges: readonly MapEdge[];
  readonly gone: readonly MapEdge[];
  /** Whether there are more than these. */
  readonly truncated: boolean;
}

/** What spans and what agents know of a range. */
export interface MapRows {
  readonly calls: readonly EdgeRow[];
  readonly connections: readonly ConnectionRow[];
}

/**
 * One edge a pair of nodes, after the origin rule: calls that an SDK and the agent both saw are the
 * same calls, and went over the connections of the same ends. Each with what it was before; and those
 * that were before alone.
 */
export function mapEdges(now: MapRows, before: MapRows, rangeSeconds: number): MapEdges {
  const rows = [now, before].flatMap(({ calls, connections }) => [...calls, ...connections]);
  const places = placesOf(rows);
  const asked = askedOf(
    [now, before].flatMap(({ calls }) => calls),
    rows,
  );
  const earlier = pairsOf(asked(before), places);
  const edges = [...pairsOf(asked(now), places)].map(([pair, known]): MapEdge => {
    const was = earlier.get(pair);
    earlier.delete(pair);
    const edge = edgeOf(known, rangeSeconds);
    return was === undefined ? edge : { ...edge, before: workOf(was, rangeSeconds) };
  });
  const gone = [...earlier.values()].map((known) => edgeOf(known, rangeSeconds));
  const lists = [now, before].flatMap(({ calls, connections }) => [calls, connections]);
  return {
    edges: edges.slice(0, MAX),
    gone: gone.slice(0, MAX),
    // A list of rows that is full was cut, most likely.
    truncated:
      [edges, gone].some(({ length }) => length > MAX) || lists.some(({ length }) => length >= MAX),
  };
}

/** What is known of a pair; either is there. */
interface Known {
  readonly ends: { readonly client: MapNode; readonly server: MapNode };
  readonly calls?: EdgeRow;
  readonly connections?: ConnectionRow;
}

function pairsOf({ calls, connections }: MapRows, places: Places): Map<string, Known> {
  const pairs = new Map<string, Known>();
  /** The one pair of a client and a name; undefined where there are several. */
  const byName = new Map<string, string | undefined>();
  for (const [pair, row] of callsByPair(calls.map((each) => placed(each, places)))) {
    const ends = { client: clientOf(row), server: serverOf(row) };
    pairs.set(pair, { ends, calls: row });
    const name = nameOf(ends);
    byName.set(name, byName.has(name) ? undefined : pair);
  }
  for (const each of connections) {
    const row = placed(each, places);
    const ends = { client: clientOf(row), server: serverOf(row) };
    const own = pairOf(row);
    // An agent knows a name, spans also what it is.
    const pair = pairs.has(own) ? own : (byName.get(nameOf(ends)) ?? own);
    const known = pairs.get(pair) ?? { ends };
    const sum = known.connections ? addedConnections(known.connections, row) : row;
    pairs.set(pair, { ...known, connections: sum });
  }
  return pairs;
}

/**
 * Until its first request is read a database is a service to the agent: where another row says what
 * it is, and it neither calls nor is called as a service, it is one.
 */
function askedOf(calls: readonly EdgeRow[], rows: readonly Ends[]): (of: MapRows) => MapRows {
  const id = ({ name, namespace, cluster }: MapNode): string =>
    JSON.stringify([name, namespace, cluster]);
  const ends = [...calls.map(serverOf), ...rows.map(clientOf)];
  const services = new Set(ends.filter(({ kind }) => kind === 'service').map(id));
  const servers = rows.map(serverOf).filter(({ kind }) => kind === 'database');
  const databases = new Set(servers.map(id).filter((each) => !services.has(each)));
  return ({ calls: read, connections }) => ({
    calls: read,
    connections: connections.map((row) =>
      row.server_kind === 'service' && databases.has(id(serverOf(row)))
        ? { ...row, server_kind: 'database' }
        : row,
    ),
  });
}

function nameOf({ client, server }: Known['ends']): string {
  return JSON.stringify([client, server.name]);
}

function callsByPair(rows: readonly EdgeRow[]): Map<string, EdgeRow> {
  const grouped = new Map<string, EdgeRow[]>();
  for (const row of rows) {
    const pair = pairOf(row);
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

function edgeOf(known: Known, rangeSeconds: number): MapEdge {
  const { ends, calls, connections } = known;
  const origin = calls?.origin ?? 'ebpf';
  const protocols = calls?.protocols ?? connections?.protocols ?? [];
  return { ...ends, origin, protocols, ...workOf(known, rangeSeconds) };
}

function workOf({ calls, connections }: Known, rangeSeconds: number): MapWork {
  return { ...callsOf(calls, rangeSeconds), ...flowOf(connections, rangeSeconds) };
}

type CallFigures = Omit<MapWork, keyof ReturnType<typeof flowOf>>;

/** Of connections of which no call was read. */
const UNREAD: CallFigures = {
  ...{ requests: 0, errors: 0, requestsPerSecond: null, errorRatio: 0, gapP95Ns: null },
  ...{ durationP50Ns: 0, durationP95Ns: 0, durationP99Ns: 0 },
};

function callsOf(row: EdgeRow | undefined, rangeSeconds: number): CallFigures {
  if (row === undefined) return UNREAD;
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
