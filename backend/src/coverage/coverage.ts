import type {
  ConnectionCoverage,
  CoverageHole,
  CoverageSignal,
  HostCoverage,
  ServiceCoverage,
  SignalCoverage,
} from '../api/contract/index.ts';
import { OWN_NAMESPACE } from '../own.ts';
import type { ConnectionsRow, CoverageRow, LogsRow, SpansRow } from './queries.ts';
import { holeOf } from './reasons.ts';

export interface CoverageRows {
  /** What agents said. */
  readonly coverage: readonly CoverageRow[];
  readonly connections: readonly ConnectionsRow[];
  readonly spans: readonly SpansRow[];
  readonly logs: readonly LogsRow[];
}

/** All rows of one service. An agent does not know the namespace that an SDK was told. */
interface ServiceRows {
  readonly service: string;
  readonly own: boolean;
  readonly namespaces: Set<string>;
  readonly coverage: CoverageRow[];
  readonly connections: ConnectionsRow[];
  readonly spans: SpansRow[];
  readonly logs: LogsRow[];
}

/** What is seen of every service, those with most holes first. */
export function servicesCovered(rows: CoverageRows): readonly ServiceCoverage[] {
  const byService = new Map<string, ServiceRows>();
  const of = ({ service, namespace }: { service: string; namespace: string }): ServiceRows => {
    const own = namespace === OWN_NAMESPACE;
    const key = `${own} ${service}`;
    const namespaces = new Set<string>();
    const found = byService.get(key) ?? {
      ...{ service, own, namespaces, coverage: [], connections: [], spans: [], logs: [] },
    };
    byService.set(key, found);
    if (namespace !== '') found.namespaces.add(namespace);
    return found;
  };
  for (const row of current(rows.coverage)) of(row).coverage.push(row);
  for (const row of rows.connections) of(row).connections.push(row);
  for (const row of rows.spans) of(row).spans.push(row);
  for (const row of rows.logs) of(row).logs.push(row);
  return [...byService.values()]
    .filter(({ service, coverage, spans }) => service !== '' && isThere(coverage, spans))
    .map(covered)
    .sort((a, b) => b.holes.length - a.holes.length || (a.service < b.service ? -1 : 1));
}

/** What an agent alone saw, and says no more of, has ended. */
function isThere(coverage: readonly CoverageRow[], spans: readonly SpansRow[]): boolean {
  return coverage.length > 0 || spansOf(spans, 'sdk') > 0;
}

/** Hosts whose agent says something. */
export function hostsCovered(rows: readonly CoverageRow[]): readonly HostCoverage[] {
  const byHost = new Map<string, { services: Set<string>; processes: number }>();
  for (const { host, service, signal, value } of current(rows)) {
    if (signal !== 'metrics') continue;
    const found = byHost.get(host) ?? { services: new Set(), processes: 0 };
    byHost.set(host, found);
    found.services.add(service);
    found.processes += value;
  }
  return [...byHost].map(([host, { services, processes }]) => ({
    host,
    services: services.size,
    processes,
  }));
}

/** Of processes the last word counts: a log that was found is not unseen any more. */
function current(rows: readonly CoverageRow[]): readonly CoverageRow[] {
  const keyOf = ({ service, namespace, host, signal }: CoverageRow): string =>
    [service, namespace, host, signal].join('\0');
  const lastAt = new Map<string, number>();
  for (const row of rows) {
    lastAt.set(keyOf(row), Math.max(lastAt.get(keyOf(row)) ?? 0, row.seen_at));
  }
  return rows.filter((row) => row.signal === 'requests' || lastAt.get(keyOf(row)) === row.seen_at);
}

function covered(rows: ServiceRows): ServiceCoverage {
  const { service, own, namespaces, coverage } = rows;
  const requests = requestsOf(rows);
  const signals = {
    metrics: coverage.length > 0 ? told(coverage, 'metrics') : UNSEEN,
    logs: logsOf(rows),
    requests,
    traces: tracesOf(rows, requests),
  };
  return {
    service,
    namespace: [...namespaces].sort().join(', '),
    own,
    hosts: [...new Set(coverage.map(({ host }) => host))].sort(),
    processes: signals.metrics.total,
    signals,
    holes: holesOf(rows, signals),
    connections: rows.connections.slice(0, CONNECTIONS_MAX).map(connectionOf),
  };
}

/** Rows of one service that are answered. */
const CONNECTIONS_MAX = 100;

const CONNECTION_SIDES = ['client', 'server', 'unknown'] as const;

function connectionOf(row: ConnectionsRow): ConnectionCoverage {
  const { coverage, reason, protocol, secure, side, peer, port, value: count } = row;
  const seen = coverage === 'seen';
  const { why } = seen ? { why: '' } : holeOf('requests', { reason, count, service: '' });
  const known = CONNECTION_SIDES.find((name) => name === side) ?? '';
  return { seen, protocol, secure, reason, why, side: known, peer, port, count };
}

type Signals = ServiceCoverage['signals'];

function holesOf(
  { service, coverage }: ServiceRows,
  { metrics, logs, traces }: Signals,
): readonly CoverageHole[] {
  const hole = (signal: CoverageSignal, reason: string, count = 0): CoverageHole =>
    holeOf(signal, { reason, count, service });
  const told = coverage
    .filter(({ coverage: outcome, value }) => outcome !== 'seen' && value > 0)
    .flatMap(({ signal, reason, value }) => {
      const known = SIGNALS.find((name) => name === signal);
      const isFilled = known === 'logs' && logs.state === 'seen';
      return known === undefined || isFilled ? [] : [hole(known, reason, value)];
    });
  return [
    ...(metrics === UNSEEN ? [hole('metrics', 'no_agent')] : []),
    ...told,
    ...(logs === UNSEEN ? [hole('logs', 'no_agent')] : []),
    ...(traces === UNSEEN ? [hole('traces', 'no_spans')] : []),
  ];
}

const SIGNALS: readonly CoverageSignal[] = ['metrics', 'logs', 'requests', 'traces'];

const AGENT: SignalCoverage['by'] = ['agent'];
const SDK: SignalCoverage['by'] = ['sdk'];

const NOTHING: SignalCoverage = { state: 'none', seen: 0, total: 0, by: [] };
const UNSEEN: SignalCoverage = { state: 'unseen', seen: 0, total: 0, by: [] };

/** What agents said of a signal. */
function told(rows: readonly CoverageRow[], signal: CoverageSignal): SignalCoverage {
  const mine = rows.filter((row) => row.signal === signal);
  const total = mine.reduce((sum, { value }) => sum + value, 0);
  const seen = mine.reduce((sum, row) => sum + (row.coverage === 'seen' ? row.value : 0), 0);
  if (total === 0) return NOTHING;
  const state = seen === total ? 'seen' : seen > 0 ? 'partly' : 'unseen';
  return { state, seen, total, by: seen > 0 ? ['agent'] : [] };
}

/** Records that have come are seen, whoever sent them. */
function logsOf({ coverage, logs }: ServiceRows): SignalCoverage {
  const byAgent = told(coverage, 'logs');
  const records = logs.reduce((sum, row) => sum + row.records, 0);
  if (records === 0) return coverage.length > 0 ? byAgent : UNSEEN;
  const by = byAgent.seen > 0 ? 'agent' : 'sdk';
  return { state: 'seen', seen: records, total: records, by: [by] };
}

function requestsOf({ coverage, spans }: ServiceRows): SignalCoverage {
  const byAgent = told(coverage, 'requests');
  const count = spansOf(spans, 'sdk');
  if (count === 0) return byAgent;
  if (byAgent.total === 0) return { state: 'seen', seen: count, total: count, by: ['sdk'] };
  return { ...byAgent, by: [...byAgent.by, 'sdk'] };
}

function tracesOf({ spans }: ServiceRows, requests: SignalCoverage): SignalCoverage {
  const [sdk, ebpf] = [spansOf(spans, 'sdk'), spansOf(spans, 'ebpf')];
  const total = sdk + ebpf;
  if (total === 0) return requests.seen > 0 ? UNSEEN : NOTHING;
  const by = [...(ebpf > 0 ? AGENT : []), ...(sdk > 0 ? SDK : [])];
  return { state: 'seen', seen: total, total, by };
}

function spansOf(rows: readonly SpansRow[], origin: SpansRow['origin']): number {
  return rows.reduce((sum, row) => sum + (row.origin === origin ? row.spans : 0), 0);
}
