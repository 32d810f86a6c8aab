import type { PatternSummary } from '@sonde/backend/api-contract';
import { describe, expect, it } from 'vitest';
import { changeCounts, shownPatterns } from '../src/lib/patterns/shown-patterns.ts';
import { placeCount, templateParts } from '../src/lib/patterns/template-parts.ts';

const pattern = (over: Partial<PatternSummary>): PatternSummary => ({
  ...{ id: '0'.repeat(16), service: 'shop', template: 'took <*> ms', sample: 'took 5 ms' },
  ...{ count: 1, share: 1, bytes: 9, severityNumber: 9, trend: [1], firstSeenMs: 0 },
  ...{ lastSeenMs: 0, change: 'same', baselineCount: 1, expectedCount: 1, merged: [] },
  decision: {
    ...{ name: '', isMuted: false, isPinned: false },
    ...{ keepOneIn: 1, alsoErrors: false, savedBytesADay: 0 },
  },
  ...over,
});
const everything = { text: '', change: 'all', muted: false, onlyErrors: false } as const;
const muted = pattern({ decision: { ...pattern({}).decision, isMuted: true, name: 'Noise' } });

describe('a template', () => {
  it('is cut where its values stand', () => {
    expect(templateParts('<*> of a<*>')).toEqual([
      { text: '<*>', place: 1 },
      { text: ' of a', place: 0 },
      { text: '<*>', place: 2 },
    ]);
    expect(templateParts('')).toEqual([]);
    expect(placeCount('<*> of a<*>')).toBe(2);
  });
});

describe('the list of patterns', () => {
  it('leaves muted ones out until they are asked for', () => {
    expect(shownPatterns([muted, pattern({})], everything)).toHaveLength(1);
    expect(shownPatterns([muted, pattern({})], { ...everything, muted: true })).toHaveLength(2);
  });

  it('finds words of name, template, sample and service', () => {
    const all = [muted, pattern({})];
    const find = (text: string) => shownPatterns(all, { ...everything, muted: true, text });
    expect(find('NOISE took')).toEqual([muted]);
    expect(find('shop')).toHaveLength(2);
    expect(find('other')).toEqual([]);
  });

  it('is of one change, or of errors alone', () => {
    const fresh = pattern({ change: 'new', severityNumber: 17 });
    const all = [fresh, pattern({})];
    expect(shownPatterns(all, { ...everything, change: 'new' })).toEqual([fresh]);
    expect(shownPatterns(all, { ...everything, onlyErrors: true })).toEqual([fresh]);
    expect(changeCounts([...all, muted])).toMatchObject({ new: 1, same: 1, gone: 0 });
  });
});
