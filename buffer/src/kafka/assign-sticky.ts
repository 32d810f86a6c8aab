/** A member of a group, with what it has now. */
export interface GroupMember {
  readonly id: string;
  readonly topics: readonly string[];
  /** Partitions by topic. */
  readonly owned: Readonly<Record<string, readonly number[]>>;
}

/** Partitions by topic. */
export type Assignment = Record<string, number[]>;

interface Load {
  readonly member: GroupMember;
  readonly assignment: Assignment;
  count: number;
}

/**
 * Shares out all partitions, each to one member that reads its topic: each topic as evenly as can
 * be, for one signal may be all the load there is, and then all of them together. Who has a
 * partition keeps it as far as that allows.
 *
 * The same input gives the same answer. `partitionCounts`: partitions by topic.
 */
export function assignSticky(
  members: readonly GroupMember[],
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, Assignment> {
  const loads = [...members]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((member): Load => ({ member, assignment: {}, count: 0 }));
  for (const [topic, count] of partitionCounts) {
    for (let partition = 0; partition < count; partition += 1) {
      const owner = loads.find(({ member }) => owns(member, topic, partition));
      const taker = owner ?? leastLoaded(loads, topic);
      if (taker !== undefined) give(taker, topic, partition);
    }
  }
  const topics = [...partitionCounts.keys()];
  level(loads, topics, (from, to, topic) => countOf(from, topic) - countOf(to, topic) > 1);
  // One more of a topic is had by whoever has less of the others.
  level(
    loads,
    topics,
    (from, to, topic) => countOf(from, topic) > countOf(to, topic) && from.count - to.count > 1,
  );
  return new Map(loads.map(({ member, assignment }) => [member.id, assignment]));
}

function owns({ topics, owned }: GroupMember, topic: string, partition: number): boolean {
  return topics.includes(topic) && owned[topic]?.includes(partition) === true;
}

function countOf({ assignment }: Load, topic: string): number {
  return assignment[topic]?.length ?? 0;
}

/** Who has the fewest of a topic, and of those the fewest of all. */
function leastLoaded(loads: readonly Load[], topic: string): Load | undefined {
  let least: Load | undefined;
  for (const load of loads) {
    if (!load.member.topics.includes(topic)) continue;
    if (least === undefined || isLess(load, least, topic)) least = load;
  }
  return least;
}

function isLess(a: Load, b: Load, topic: string): boolean {
  return (countOf(a, topic) - countOf(b, topic) || a.count - b.count) < 0;
}

function give(load: Load, topic: string, partition: number): void {
  const partitions = load.assignment[topic] ?? [];
  partitions.push(partition);
  load.assignment[topic] = partitions;
  load.count += 1;
}

type Uneven = (from: Load, to: Load, topic: string) => boolean;

/** Moves partitions, one at a time, as long as two members are uneven. */
function level(loads: readonly Load[], topics: readonly string[], isUneven: Uneven): void {
  const movesMax = loads.reduce((sum, { count }) => sum + count, 0);
  for (let move = 0; move < movesMax; move += 1) {
    if (!moveOne(loads, topics, isUneven)) return;
  }
}

function moveOne(loads: readonly Load[], topics: readonly string[], isUneven: Uneven): boolean {
  const byCount = [...loads].sort((a, b) => b.count - a.count);
  for (const topic of topics) {
    const to = leastLoaded(loads, topic);
    if (to === undefined) continue;
    const from = byCount.find((load) => isUneven(load, to, topic));
    const partition = from?.assignment[topic]?.pop();
    if (from === undefined || partition === undefined) continue;
    from.count -= 1;
    give(to, topic, partition);
    return true;
  }
  return false;
}
