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

  it('shows of a line what is uppermost: the later span, and errors above all', () => {
    // Ten spans a line: all as long as the trace but the fourth, which is an error.
    const spans = Array.from({ length: 640 }, (_, i) => ({
      ...{ id: `s${i}`, startNs: 0, durationNs: i % 10 === 3 ? 100 : 1000 },
      ...{ service: i % 10 === 9 ? 'last' : 'first', error: i % 10 === 3 },
    }));
    const drawn = bars(spans);
    expect(drawn.filter(({ line }) => line === 5)).toEqual([
      { line: 5, from: 200, to: 1100, colour: 'colour of last' },
      { line: 5, from: 100, to: 200, colour: ERRORS },
    ]);
    expect(drawn).toHaveLength(2 * 64);
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
