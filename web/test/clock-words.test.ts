import { describe, expect, it } from 'vitest';
import { clockWords } from '../src/lib/status/clock-words.ts';

describe("a sender's clock", () => {
  it('is in step while its data comes within two minutes and from no future', () => {
    for (const lagMs of [-900, 0, 1200, 60_000]) {
      expect(clockWords(lagMs)).toEqual({ words: 'in step', isOff: false });
    }
  });

  it('is ahead when data comes before it happened, and behind or late after minutes', () => {
    expect(clockWords(-4200)).toEqual({ words: '4.20\u00a0s ahead, at least', isOff: true });
    expect(clockWords(3_660_000).words).toBe('1\u00a0h\u00a01\u00a0m behind, or sent late');
  });

  it('is not known of a sender that gives no times', () => {
    expect(clockWords(null)).toEqual({ words: 'not known', isOff: false });
  });
});
