import { describe, expect, it } from 'vitest';
import {
  COVERED_CONNECTIONS,
  COVERED_PROCESSES,
  outputKind,
  WorkloadCoverage,
} from '../src/capabilities/coverage.ts';
import { COVERAGE_WINDOW_MS } from '../src/limits.ts';
import type { Series } from '../src/metrics/series.ts';
import { Protocol } from '../src/records/layout.ts';

function said(series: readonly Series[] | undefined): readonly string[] {
  return (series ?? []).map(({ attributes, sum }) => {
    const words = attributes.map(({ value }) => value?.stringValue ?? value?.intValue);
    return [...words, sum].join(' ');
  });
}

describe('what is seen of a service', () => {
  it('is said for each signal, with the reason where it is not', () => {
    const coverage = new WorkloadCoverage();
    coverage.unseenLogs = 'pipe';
    const now = performance.now();
    for (const protocol of [Protocol.http1, Protocol.http1, Protocol.opaque, Protocol.unknown]) {
      coverage.connection(protocol);
    }
    const points = new Map(coverage.points({ processes: 3, isMeasured: true }, now));
    expect(said(points.get(COVERED_PROCESSES))).toEqual(['metrics seen 3', 'logs unseen pipe 3']);
    expect(said(points.get(COVERED_CONNECTIONS))).toEqual([
      `requests seen ${Protocol.http1} 2`,
      `requests unseen unknown_protocol ${Protocol.opaque} 1`,
    ]);
  });

  it('holds for two windows, and not for a service without processes', () => {
    const coverage = new WorkloadCoverage();
    const now = performance.now();
    coverage.connection(Protocol.http1);
    const at = (windows: number): number => {
      const nowMs = now + windows * (COVERAGE_WINDOW_MS + 1_000);
      const points = new Map(coverage.points({ processes: 1, isMeasured: true }, nowMs));
      return points.get(COVERED_CONNECTIONS)?.[0]?.sum ?? 0;
    };
    expect([at(0), at(1), at(2)]).toEqual([1, 1, 0]);
    expect([...coverage.points({ processes: 0, isMeasured: true }, now)]).toEqual([]);
  });

  it('depends on where its output goes', () => {
    const links = ['pipe:[1]', 'socket:[2]', '/dev/pts/0', '/dev/null', '/tmp/x'];
    const kinds = ['pipe', 'socket', 'terminal', 'null', 'elsewhere'];
    expect(links.map(outputKind)).toEqual(kinds);
  });
});
