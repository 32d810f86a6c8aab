import { describe, expect, it } from 'vitest';
import { sayOddEnds, saySharedIds, saySpanDuration } from '../src/lib/trace/span-duration.ts';
import { makeSpan, ORIGIN_NANO } from './span-fixture.ts';

const ran = makeSpan({ id: 'a', startNs: 0, durationNs: 1_500_000 });
const negative = makeSpan({ id: 'b', startNs: 0, durationNs: -80_000_000 });
/** As it comes over JSON when the end was sent as 0. */
const endless = makeSpan({ id: 'c', startNs: 7, durationNs: -Number(ORIGIN_NANO + 7n) });

describe('how long a span took', () => {
  it('is said as it was sent, unless there is no end', () => {
    expect([ran, negative, endless].map(saySpanDuration)).toEqual([
      '1.50\u00a0ms',
      '−80.0\u00a0ms',
      'no end',
    ]);
  });

  it('is said to be odd where it is', () => {
    expect(sayOddEnds([ran])).toEqual([]);
    expect(sayOddEnds([ran, negative, endless, endless])).toEqual([
      '2 spans were sent without an end.',
      '1 span ends before it starts: a clock was set while it ran. Times are shown as sent.',
    ]);
  });
});

describe('spans that share their id', () => {
  it('are counted', () => {
    expect(saySharedIds([ran, negative])).toEqual([]);
    expect(saySharedIds([ran, negative, { ...ran, name: 'other' }])).toEqual([
      '1 span has the id of another one: what names it as a parent hangs below the first.',
    ]);
  });
});
