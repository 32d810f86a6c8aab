import type { ServiceSummary } from '@sonde/backend/api-contract';
import { describe, expect, it } from 'vitest';
import { changesOf } from '../src/lib/services/changes.ts';
import { matchesService, sortServices, totalsOf } from '../src/lib/services/order.ts';
import { isTraceId } from '../src/lib/trace/trace-id.ts';

function service(name: string, more: Partial<ServiceSummary> = {}): ServiceSummary {
  return {
    service: name,
    namespace: 'shop',
    environment: 'production',
    origin: 'sdk',
    requests: 100,
    errors: 0,
    requestsPerSecond: 1,
    errorRatio: 0,
    durationP50Ns: 1,
    durationP95Ns: 2,
    durationP99Ns: 3,
    requestsByStep: [],
    errorsByStep: [],
    sampled: false,
    own: false,
    ...more,
  };
}

describe('the list of services', () => {
  const rows = [
    service('b', { requestsPerSecond: 5 }),
    service('c', { requestsPerSecond: 5 }),
    service('a', { requestsPerSecond: 9 }),
  ];

  it('sorts by a column, equals by name in both directions', () => {
    const names = (descending: boolean): string[] =>
      sortServices(rows, { key: 'rate', descending }).map((row) => row.service);
    expect(names(true)).toEqual(['a', 'b', 'c']);
    expect(names(false)).toEqual(['b', 'c', 'a']);
  });

  it('filters by all words, in name, namespace or environment', () => {
    expect(matchesService(service('checkout'), 'SHOP check')).toBe(true);
    expect(matchesService(service('checkout'), 'cart')).toBe(false);
    expect(matchesService(service('checkout'), '')).toBe(true);
  });

  it('weighs the total share of errors by requests', () => {
    const totals = totalsOf([
      service('a', { requests: 900, errors: 0 }),
      service('b', { requests: 100, errors: 100 }),
    ]);
    expect(totals).toEqual({ count: 2, requestsPerSecond: 2, errorRatio: 0.1 });
    expect(totalsOf([]).errorRatio).toBe(0);
  });
});

describe('what changed about a service', () => {
  const before = { requestsPerSecond: 1, errorRatio: 0.001, durationP95Ns: 10e6 };
  const texts = (more: Partial<ServiceSummary>): string[] =>
    changesOf(service('cart', { durationP95Ns: 10e6, errorRatio: 0.001, before, ...more })).map(
      ({ text }) => text,
    );

  it('is nothing within the usual', () => {
    expect(texts({})).toEqual([]);
    expect(texts({ durationP95Ns: 14e6, errorRatio: 0.004, requestsPerSecond: 1.4 })).toEqual([]);
    expect(texts({ durationP95Ns: 1e6, before: { ...before, durationP95Ns: 0.5e6 } })).toEqual([]);
  });

  it('says more errors, slower answers, another rate, with both values', () => {
    const [errors, latency, rate] = changesOf(
      service('cart', {
        ...{ errorRatio: 0.08, durationP95Ns: 120e6, requestsPerSecond: 3 },
        before,
      }),
    );
    expect(errors).toMatchObject({ text: 'errors 0.10\u00a0% → 8.00\u00a0%', isWorse: true });
    expect(latency).toMatchObject({ text: 'p95 ×12', isWorse: true });
    expect(latency?.title).toContain('before');
    expect(rate).toMatchObject({ text: 'rate ×3.0', isWorse: false });
    expect(texts({ durationP95Ns: 2e6 })).toEqual(['p95 ÷5.0']);
  });

  it('is new where nothing was served before, and unsaid of a handful of requests', () => {
    const { before: _, ...row } = service('cart', { before });
    expect(changesOf(row).map(({ text }) => text)).toEqual(['new']);
    expect(changesOf({ ...row, requests: 3 })).toEqual([]);
    expect(changesOf(row, false)).toEqual([]);
  });
});

describe('a trace id', () => {
  it('is 32 hex digits that are not all zero', () => {
    expect(isTraceId('0af7651916cd43dd8448eb211c80319c')).toBe(true);
    expect(isTraceId('0'.repeat(32))).toBe(false);
    expect(isTraceId('abc')).toBe(false);
  });
});
