import { describe, expect, it } from 'vitest';
import { assignSticky, type GroupMember } from '../src/kafka/assign-sticky.ts';

function member(id: string, owned: readonly number[] = [], topics = ['t']): GroupMember {
  return { id, topics, owned: { t: owned } };
}

function share(members: readonly GroupMember[], partitions: number): Record<string, number[]> {
  const shared = assignSticky(members, new Map([['t', partitions]]));
  return Object.fromEntries([...shared].map(([id, { t }]) => [id, [...(t ?? [])].sort()]));
}

describe('sharing out partitions', () => {
  it('gives each to one member, evenly', () => {
    expect(share([member('a'), member('b')], 5)).toEqual({ a: [0, 2, 4], b: [1, 3] });
  });

  it('leaves with a member what it has', () => {
    expect(share([member('a', [3, 4]), member('b', [0, 1])], 5)).toEqual({
      a: [2, 3, 4],
      b: [0, 1],
    });
  });

  it('moves no more than a new member needs', () => {
    const shared = share([member('a', [0, 1, 2, 3]), member('b')], 4);
    expect(shared['a']?.length).toBe(2);
    expect(shared['b']?.length).toBe(2);
  });

  it('gives what two claim to one of them', () => {
    expect(share([member('a', [0]), member('b', [0])], 1)).toEqual({ a: [0], b: [] });
  });

  it('gives nothing to who does not read the topic, nor more members than partitions', () => {
    expect(share([member('a', [], ['other']), member('b')], 2)).toEqual({ a: [], b: [0, 1] });
    expect(share([member('a'), member('b'), member('c')], 2)).toEqual({ a: [0], b: [1], c: [] });
  });
});
