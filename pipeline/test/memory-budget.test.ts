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

  it('collects what is young each time an eighth of it was let go', () => {
    const budget = new MemoryBudget();
    let collections = 0;
    budget.letGo(1e12);
    budget.limitTo(800, () => {
      collections += 1;
    });
    budget.letGo(99);
    expect(collections).toBe(1);
    budget.letGo(99);
    expect(collections).toBe(1);
    budget.letGo(1);
    expect(collections).toBe(2);
  });
});
