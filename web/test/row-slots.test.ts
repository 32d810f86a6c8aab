import { describe, expect, it } from 'vitest';
import { RowSlots } from '../src/lib/parts/row-slots.ts';

describe('elements of a scrolled list', () => {
  const rows = Array.from({ length: 100 }, (_, i) => `row ${i}`);

  it('stay with their rows, and go from rows that leave to rows that come', () => {
    const slots = new RowSlots<string>();
    const before = slots.show(rows, 0, 10);
    const after = slots.show(rows, 3, 13);
    expect(after.map(({ row }) => row)).toEqual(rows.slice(3, 13));
    expect(after.slice(0, 7)).toEqual(before.slice(3));
    expect(after[0]).toBe(before[3]);
    expect(after.slice(7).map(({ slot }) => slot)).toEqual([0, 1, 2]);
    const up = slots.show(rows, 1, 11);
    expect(up.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(new Set(up.map(({ slot }) => slot)).size).toBe(10);
  });

  it('keep their order where no row stays, and are as many as are shown', () => {
    const slots = new RowSlots<string>();
    slots.show(rows, 0, 10);
    const far = slots.show(rows, 50, 60);
    expect(far.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(far[0]).toEqual({ slot: 0, index: 50, row: 'row 50' });
    expect(slots.show(rows, 95, 105)).toHaveLength(5);
    expect(slots.show([], 0, 0)).toEqual([]);
  });

  it('show another row at the same place in the same element', () => {
    const slots = new RowSlots<string>();
    const [first] = slots.show(rows, 0, 10);
    const [added] = slots.show(['new', ...rows], 0, 10);
    expect(added).toEqual({ slot: first?.slot, index: 0, row: 'new' });
  });
});
