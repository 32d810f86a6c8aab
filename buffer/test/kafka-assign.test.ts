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

  describe('of several topics', () => {
    const topics = ['logs', 'metrics', 'traces'];
    const counts = new Map(topics.map((topic) => [topic, 4]));
    const all = { logs: [0, 1, 2, 3], metrics: [0, 1, 2, 3], traces: [0, 1, 2, 3] };

    it.each<[string, readonly GroupMember[]]>([
      [
        'at first',
        [
          { id: 'a', topics, owned: {} },
          { id: 'b', topics, owned: {} },
        ],
      ],
      [
        'when a second comes',
        [
          { id: 'a', topics, owned: all },
          { id: 'b', topics, owned: {} },
        ],
      ],
      [
        'where each had whole topics',
        [
          { id: 'a', topics, owned: { logs: all.logs, traces: [0, 1] } },
          { id: 'b', topics, owned: { metrics: all.metrics, traces: [2, 3] } },
        ],
      ],
    ])('each topic is shared evenly, %s', (_, members) => {
      for (const assignment of assignSticky(members, counts).values()) {
        expect(topics.map((topic) => assignment[topic]?.length)).toEqual([2, 2, 2]);
      }
    });

    it('nobody has the odd partition of each, also of topics with one', () => {
      const single = new Map(['p', 'q', 'r', 's'].map((topic) => [topic, 1]));
      const names = [...single.keys()];
      const owned = Object.fromEntries(names.map((name) => [name, [0]]));
      const members = [
        { id: 'a', topics: names, owned },
        { id: 'b', topics: names, owned: {} },
      ];
      const shared = [...assignSticky(members, single).values()];
      expect(shared.map((one) => Object.values(one).flat().length)).toEqual([2, 2]);
    });

    it('what is even stays where it is', () => {
      const members = [
        { id: 'a', topics, owned: { logs: [3, 1], metrics: [0, 1], traces: [1, 2] } },
        { id: 'b', topics, owned: { logs: [0, 2], metrics: [2, 3], traces: [0, 3] } },
      ];
      const shared = assignSticky(members, counts);
      expect(shared.get('a')).toEqual({ logs: [1, 3], metrics: [0, 1], traces: [1, 2] });
    });
  });
});
