import { describe, expect, it } from 'vitest';
import { ANSWER_LIMITS } from '../src/limits.ts';
import type { ConnectionRow } from '../src/model/service-map/connection-rows.ts';
import { mapEdges } from '../src/model/service-map/map-edges.ts';
import type { EdgeRow } from '../src/model/service-map/queries.ts';

const row = (n: number): EdgeRow => ({
  ...{ client_service: `request-${n}`, client_namespace: '', client_cluster: '' },
  ...{ server_service: 'api', server_namespace: '', server_cluster: '' },
  ...{ client_kind: 'service', server_kind: 'external', origin: 'sdk', protocols: [] },
  ...{ requests: 1, errors: 0, histogram: [[80], [1]], duration_max: 1e6 },
  ...{ gap_requests: 0, gap_histogram: [[], []], gap_max: 0 },
});
const rows = (count: number) => ({
  calls: Array.from({ length: count }, (_, n) => row(n)),
  connections: [],
});

describe('connections to what is known as a database in another row', () => {
  const ends = {
    client_namespace: '',
    client_cluster: '',
    server_namespace: '',
    server_cluster: '',
  };
  const connection = (client: string, kind: 'service' | 'database'): ConnectionRow => ({
    ...{ ...ends, client_service: client, server_service: 'postgres', client_kind: 'service' },
    ...{ server_kind: kind, protocols: ['tcp'], opened: 1, failures: 0, retransmits: 0 },
    ...{ bytes_sent: 10, bytes_received: 10, rtt_measures: 0, rtt_ns_sum: 0 },
    rtt_histogram: [[], []],
  });
  const kindsOf = (calls: readonly EdgeRow[]): readonly (readonly string[])[] => {
    const connections = [connection('probe', 'service'), connection('shop', 'database')];
    const { edges } = mapEdges({ calls, connections }, rows(0), 60);
    return edges.map(({ client, server }) => [client.name, server.kind]);
  };

  it('go to that database, whoever has not asked it for anything yet', () => {
    expect(kindsOf([])).toEqual([
      ['probe', 'database'],
      ['shop', 'database'],
    ]);
  });

  it('go to the service of that name, where it calls', () => {
    const call: EdgeRow = { ...row(1), client_service: 'postgres' };
    expect(kindsOf([call]).slice(1)).toEqual([
      ['probe', 'service'],
      ['shop', 'database'],
    ]);
  });
});

describe('edges of a map that are more than an answer takes', () => {
  it('are cut, and that is said', () => {
    const most = ANSWER_LIMITS.mapEdgesMax;
    const whole = mapEdges(rows(most - 1), rows(0), 60);
    expect([whole.edges.length, whole.truncated]).toEqual([most - 1, false]);
    const full = mapEdges(rows(most), rows(0), 60);
    expect([full.edges.length, full.truncated]).toEqual([most, true]);
    expect(mapEdges(rows(1), rows(most), 60).truncated).toBe(true);
  });
});
