import { describe, expect, it } from 'vitest';
import { fnvPartition, murmur2, partitionOf } from '../src/message-place.ts';

describe('the partition of a key', () => {
  // FNV-1a of 32 bits: '' 0x811c9dc5, 'a' 0xe40c292c, 'foobar' 0xbf9cf968 (draft-eastlake-fnv).
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('of %j is that of its hash as Go computes it', (key, hash) => {
    for (const partitions of [1, 4, 7]) {
      const signed = hash - 2 ** 32;
      expect(fnvPartition(Buffer.from(key), partitions)).toBe(Math.abs(signed % partitions));
    }
  });

  // Of the tests of Kafka's own client.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of %j is that of Kafka s own client with murmur2', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
    expect(partitionOf('murmur2', Buffer.from(key), 7)).toBe((hash & 0x7fffffff) % 7);
    expect(partitionOf('in_turn', Buffer.from(key), 7)).toBeUndefined();
  });
});
