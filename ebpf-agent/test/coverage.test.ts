import { describe, expect, it } from 'vitest';
import {
  COVERED_CONNECTIONS,
  COVERED_PROCESSES,
  outputKind,
  WorkloadCoverage,
} from '../src/capabilities/coverage.ts';
import type { SeenConnection } from '../src/capabilities/covered-connections.ts';
import { COVERAGE_WINDOW_MS, UNREAD_PEERS_MAX } from '../src/limits.ts';
import type { Series } from '../src/metrics/series.ts';
import { Protocol } from '../src/records/layout.ts';

function said(series: readonly Series[] | undefined): readonly string[] {
  return (series ?? []).map(({ attributes, sum }) => {
    const words = attributes.map(({ value }) => value?.stringValue ?? value?.boolValue);
    return [...words, sum].join(' ');
  });
}

function seen(protocol: number): SeenConnection {
  return {
    protocol,
    protocolName: `protocol-${protocol}`,
    isSecure: false,
    unreadTls: () => 'tls',
    peerKey: 'c10.0.0.1:1',
    peer: () => [{ key: 'network.peer.address', value: { stringValue: 'a-peer' } }],
  };
}

describe('what is seen of a service', () => {
  it('is said for each signal, with the reason where it is not', () => {
    const coverage = new WorkloadCoverage();
    coverage.unseenLogs = 'pipe';
    const now = performance.now();
    for (const protocol of [Protocol.http1, Protocol.http1, Protocol.opaque, Protocol.unknown]) {
      coverage.connections.count({}, seen(protocol));
    }
    const points = new Map(coverage.points({ processes: 3, metrics: 'seen' }, now));
    expect(said(points.get(COVERED_PROCESSES))).toEqual(['metrics seen 3', 'logs unseen pipe 3']);
    expect(said(points.get(COVERED_CONNECTIONS))).toEqual([
      'requests seen protocol-4 2',
      'requests unseen unknown_protocol a-peer 1',
    ]);
  });

  it.each<readonly ['seen' | 'unknown' | 'off' | 'hidden', readonly string[]]>([
    ['seen', ['metrics seen 1']],
    ['off', ['metrics unseen off 1']],
    ['hidden', ['metrics unseen hidden 1']],
    ['unknown', []],
  ])('has its metrics %s', (metrics, words) => {
    const coverage = new WorkloadCoverage();
    coverage.unseenLogs = 'none';
    const points = new Map(coverage.points({ processes: 1, metrics }, performance.now()));
    expect(said(points.get(COVERED_PROCESSES))).toEqual(words);
  });

  it('holds for two windows, and not for a service without processes', () => {
    const coverage = new WorkloadCoverage();
    const now = performance.now();
    coverage.connections.count({}, seen(Protocol.http1));
    const at = (windows: number): number => {
      const nowMs = now + windows * (COVERAGE_WINDOW_MS + 1_000);
      const points = new Map(coverage.points({ processes: 1, metrics: 'seen' }, nowMs));
      return points.get(COVERED_CONNECTIONS)?.[0]?.sum ?? 0;
    };
    expect([at(0), at(1), at(2)]).toEqual([1, 1, 0]);
    expect([...coverage.points({ processes: 0, metrics: 'seen' }, now)]).toEqual([]);
  });

  it('counts a connection once a window, as what it turned out to be', () => {
    const coverage = new WorkloadCoverage();
    const connection = {};
    for (let i = 0; i < 6; i++) coverage.connections.count(connection, seen(Protocol.tls));
    const now = performance.now();
    const counts = (): readonly string[] => said(coverage.connections.series(now));
    expect(counts()).toEqual(['requests unseen tls a-peer 1']);
    coverage.connections.count(connection, { ...seen(Protocol.http2), isSecure: true });
    expect(counts()).toEqual(['requests seen protocol-5 true 1']);
    const later = coverage.connections.series(now + COVERAGE_WINDOW_MS + 1);
    coverage.connections.count(connection, { ...seen(Protocol.http2), isSecure: true });
    expect(said(later)).toEqual(['requests seen protocol-5 true 1']);
  });

  it('names a bounded number of other sides whose requests are not read', () => {
    const coverage = new WorkloadCoverage();
    const many = UNREAD_PEERS_MAX + 20;
    for (let i = 0; i < many; i++) {
      coverage.connections.count({}, { ...seen(Protocol.opaque), peerKey: `c10.0.0.${i}:1` });
      coverage.connections.count({}, seen(Protocol.http1));
    }
    const series = coverage.connections.series(performance.now());
    expect(series.length).toBeLessThanOrEqual(UNREAD_PEERS_MAX + 2);
    expect(series.reduce((all, { sum }) => all + sum, 0)).toBe(2 * many);
    const rest = series.find(({ attributes }) => {
      return attributes.some(({ key }) => key === 'otel.metric.overflow');
    });
    expect(rest?.sum).toBeGreaterThanOrEqual(20);
  });

  it('depends on where its output goes', () => {
    const links = ['pipe:[1]', 'socket:[2]', '/dev/pts/0', '/dev/null', '/tmp/x'];
    const kinds = ['pipe', 'socket', 'terminal', 'null', 'elsewhere'];
    expect(links.map(outputKind)).toEqual(kinds);
  });
});
