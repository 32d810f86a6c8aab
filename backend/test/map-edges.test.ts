import { describe, expect, it } from 'vitest';
import { ANSWER_LIMITS } from '../src/limits.ts';
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
