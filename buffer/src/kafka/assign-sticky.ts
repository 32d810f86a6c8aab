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
 * Shares out all partitions, each to one member that reads its topic, as evenly as that allows.
 * Who has a partition keeps it as long as nobody has two fewer.
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
  level(loads);
  return new Map(loads.map(({ member, assignment }) => [member.id, assignment]));
}

function owns({ topics, owned }: GroupMember, topic: string, partition: number): boolean {
  return topics.includes(topic) && owned[topic]?.includes(partition) === true;
}

function leastLoaded(loads: readonly Load[], topic: string): Load | undefined {
  let least: Load | undefined;
  for (const load of loads) {
    if (!load.member.topics.includes(topic)) continue;
    if (least === undefined || load.count < least.count) least = load;
  }
  return least;
}

function give(load: Load, topic: string, partition: number): void {
  const partitions = load.assignment[topic] ?? [];
  partitions.push(partition);
  load.assignment[topic] = partitions;
  load.count += 1;
}

/** Moves partitions, one at a time, from who has two more than somebody who could take one. */
function level(loads: readonly Load[]): void {
  const movesMax = loads.reduce((sum, { count }) => sum + count, 0);
  for (let move = 0; move < movesMax; move += 1) {
    if (!moveOne(loads)) return;
  }
}

function moveOne(loads: readonly Load[]): boolean {
  const byCount = [...loads].sort((a, b) => b.count - a.count);
  for (const from of byCount) {
    for (const topic of Object.keys(from.assignment)) {
      const to = leastLoaded(loads, topic);
      if (to === undefined || from.count - to.count < 2) continue;
      const partition = from.assignment[topic]?.pop();
      if (partition === undefined) continue;
      from.count -= 1;
      give(to, topic, partition);
      return true;
    }
  }
  return false;
}
