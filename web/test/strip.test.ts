import { describe, expect, it } from 'vitest';
import { stripBars } from '../src/lib/trace/draw-strip.ts';
import { layoutTrace } from '../src/lib/trace/layout.ts';
import { makeSpan, type SpanOutline } from './span-fixture.ts';

const ERRORS = 'colour of errors';
const size = { width: 1100, height: 36, barsLeft: 100, barsWidth: 1000 };

function bars(outlines: readonly SpanOutline[]) {
  const layout = layoutTrace(outlines.map(makeSpan));
  const colourOf = (service: string): string => `colour of ${service}`;
  return [...stripBars({ layout, size, palette: { errors: ERRORS }, colourOf })];
}

describe('the strip of a trace', () => {
  it('has a bar a span where they are few, in their place and colour', () => {
    const drawn = bars([
      { id: 'a', startNs: 0, durationNs: 1000 },
      { id: 'b', parent: 'a', startNs: 500, durationNs: 250, service: 'till' },
      { id: 'c', parent: 'b', startNs: 600, durationNs: 10, error: true },
    ]);
    expect(drawn.map(({ from, to }) => [from, to])).toEqual([
      [100, 1100],
      [600, 850],
      [700, 710],
    ]);
    expect(new Set(drawn.map(({ colour }) => colour)).size).toBe(3);
    expect(drawn[1]?.colour).toBe('colour of till');
  });

  it('draws no more of 100,000 short spans than there are dots, and every error', () => {
    const root = { id: 'root', startNs: 0, durationNs: 1_000_000 };
    const children = Array.from({ length: 100_000 }, (_, i) => ({
      ...{ id: `s${i}`, parent: 'root', startNs: (i * 7919) % 1_000_000, durationNs: 10 },
      error: i % 10_000 === 1,
    }));
    const drawn = bars([root, ...children]);
    expect(drawn.length).toBeLessThanOrEqual(64 * 1002 + 11);
    expect(drawn.filter(({ colour }) => colour === ERRORS)).toHaveLength(10);
  });
});
