import { describe, expect, it } from 'vitest';
import { layoutTrace } from '../src/lib/trace/layout.ts';
import { sayCircles, sayMoved } from '../src/lib/trace/odd-spans.ts';
import { makeSpan } from './span-fixture.ts';

const span = (id: string, parent = '') => makeSpan({ id, parent, startNs: 0, durationNs: 5 });

describe('spans that have themselves as an ancestor', () => {
  it('are said, one for each circle, and no others', () => {
    const said = (...spans: Parameters<typeof layoutTrace>[0]) => sayCircles(layoutTrace(spans));
    expect(said(span('a'), span('b', 'a'), span('c', 'nobody'))).toEqual([]);
    const one =
      '1 span has itself as an ancestor, or is its own parent: it stands at the left edge.';
    expect(said(span('a', 'b'), span('b', 'c'), span('c', 'a'), span('d', 'b'))).toEqual([one]);
    expect(said(span('a', 'a'))).toEqual([one]);
    expect(said(span('a', 'a'), span('b', 'c'), span('c', 'b'))[0]).toMatch(/^2 spans have/);
  });
});

describe('spans that the time rule moved', () => {
  it('are said with how far their time was off', () => {
    const late = span('a');
    const sentStartUnixNano = String(BigInt(late.startUnixNano) + 3n * 3_600_000_000_000n);
    expect(sayMoved([late])).toEqual([]);
    expect(sayMoved([{ ...late, service: 'till', sentStartUnixNano }, late])).toEqual([
      '1 span of till stands where received: the time sent is 3\u00a0h ahead.',
    ]);
  });
});
