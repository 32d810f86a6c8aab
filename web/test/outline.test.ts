import type { TraceOutlineResponse, TraceResponse } from '@sonde/backend/api-contract';
import { describe, expect, it } from 'vitest';
import { findClockSkew } from '../src/lib/trace/clock-skew.ts';
import { layoutTrace } from '../src/lib/trace/layout.ts';
import { isLean, wholeSpans, withOutline } from '../src/lib/trace/outline.ts';
import { makeSpan, ORIGIN_NANO } from './span-fixture.ts';

const cost = { elapsedMs: 1, rowsRead: 1, bytesRead: 1 };

const outline: TraceOutlineResponse = {
  traceId: 't',
  startUnixNano: String(ORIGIN_NANO),
  spanCount: 4,
  services: ['shop', 'till'],
  names: ['op a', 'pay'],
  spanIds: ['a', 'b', 'c', 'lost'],
  parents: [-1, 0, 1, -2],
  serviceOf: [0, 1, 1, 0],
  nameOf: [0, 1, 1, 1],
  kinds: ['internal', 'client'],
  kindOf: [0, 1, 1, 1],
  startNs: [0, 10, 20, 30],
  durationNs: [100, 50, 5, 1],
  errors: [2],
  cost,
};

const trace: TraceResponse = {
  ...{ traceId: 't', startUnixNano: String(ORIGIN_NANO), durationNs: 100 },
  spans: [makeSpan({ id: 'a', startNs: 0, durationNs: 100 })],
  ...{ spanCount: 4, errorCount: 1, serviceCount: 2, truncated: true, resources: {}, cost },
};

describe('a trace with its outline', () => {
  const whole = withOutline(trace, outline);

  it('has every span, those that came whole as they came', () => {
    expect(whole.spans[0]).toBe(trace.spans[0]);
    expect(whole.spans.map(isLean)).toEqual([false, true, true, true]);
    expect(whole.truncated).toBe(false);
    expect(whole.spans[2]).toMatchObject({
      ...{ parentSpanId: 'b', service: 'till', name: 'pay', kind: 'client', status: 'error' },
      ...{ startUnixNano: String(ORIGIN_NANO + 20n), durationNs: 5 },
    });
  });

  it('keeps spans that share their id apart', () => {
    const [a] = trace.spans;
    const twin = makeSpan({ id: 'a', parent: 'b', startNs: 20, durationNs: 5 });
    const both = { ...trace, spans: [...(a === undefined ? [] : [a]), twin] };
    const { spans } = withOutline(both, {
      ...outline,
      ...{ spanIds: ['a', 'b', 'a', 'lost'], names: ['op a', 'pay'], nameOf: [0, 1, 0, 1] },
    });
    expect(spans[0]).toBe(a);
    expect(spans[2]).toBe(twin);
    expect(layoutTrace(spans).spans[0]).toBe(a);
  });

  it('is downloaded without spans of which the outline alone is here', () => {
    const file = wholeSpans(whole);
    expect(file.spans).toEqual(trace.spans);
    expect(file.truncated).toBe(true);
    expect(wholeSpans({ ...trace, spanCount: 1 }).truncated).toBe(false);
  });

  it('is laid out as the whole trace would be', () => {
    const layout = layoutTrace(whole.spans);
    expect(layout.spans.map(({ spanId }) => spanId)).toEqual(['a', 'b', 'c', 'lost']);
    expect([...layout.depth]).toEqual([0, 1, 2, 0]);
    expect([layout.orphanCount, layout.errorCount]).toEqual([1, 1]);
  });

  it('says nothing of clocks between spans of one service whose resources it does not know', () => {
    const startNs = [0, 5_000_000, 0, 30];
    const early = withOutline(trace, { ...outline, startNs });
    expect(findClockSkew(layoutTrace(early.spans))).toEqual([]);
  });

  it('stays cut where even the outline is', () => {
    expect(withOutline(trace, { ...outline, spanCount: 9 }).truncated).toBe(true);
  });
});
