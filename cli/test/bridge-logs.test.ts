import { describe, expect, it } from 'vitest';
import { RecordBudget } from '../src/own-telemetry/bridge-logs.ts';

describe('the budget of own log records', () => {
  it('ends within a second and is new in the next', () => {
    let now = 0;
    const budget = new RecordBudget(() => now);
    const taken = Array.from({ length: 100 }, () => budget.take()).filter((left) => left).length;
    expect(taken).toBe(20);
    now = 1000;
    expect(budget.take()).toBe(true);
  });
});
