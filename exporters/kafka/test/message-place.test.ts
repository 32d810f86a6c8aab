import { describe, expect, it } from 'vitest';
import { partitionOf } from '../src/message-place.ts';

describe('the partition of a key', () => {
  // FNV-1a of 32 bits: '' 0x811c9dc5, 'a' 0xe40c292c, 'foobar' 0xbf9cf968 (draft-eastlake-fnv).
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('of %j is that of its hash as Go computes it', (key, hash) => {
    for (const partitions of [1, 4, 7]) {
      const signed = hash - 2 ** 32;
      expect(partitionOf(Buffer.from(key), partitions)).toBe(Math.abs(signed % partitions));
    }
  });
});
