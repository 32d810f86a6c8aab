import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../src/index.ts';

describe('the memory budget of a service', () => {
  it('is the least that was said, and has no end when nobody did', () => {
    const budget = new MemoryBudget();
    expect(budget.bytes).toBe(Number.POSITIVE_INFINITY);
    budget.limitTo(800);
    budget.limitTo(1600);
    expect(budget.bytes).toBe(800);
  });

  it('looks and collects each time an eighth of it was taken or let go', () => {
    const budget = new MemoryBudget();
    const done: string[] = [];
    budget.took(1e12);
    budget.letGo(1e12);
    budget.limitTo(800, {
      look: () => done.push('look'),
      collectYoung: () => done.push('collect'),
    });
    const after = (change: () => void): readonly string[] => {
      change();
      return done.splice(0);
    };
    expect(after(() => budget.letGo(99))).toEqual(['collect']);
    expect(after(() => budget.letGo(99))).toEqual([]);
    expect(after(() => budget.letGo(1))).toEqual(['collect']);
    expect(after(() => budget.took(100))).toEqual(['look']);
    expect(after(() => budget.took(99))).toEqual([]);
    expect(after(() => budget.took(1))).toEqual(['look']);
  });
});
