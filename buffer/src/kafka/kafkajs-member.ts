import { type Assignment, assignSticky, type GroupMember } from './assign-sticky.ts';
import type { GroupMembership, GroupRequest, Ownership, Place } from './kafka-client.ts';
import { KafkaFailure } from './kafka-failure.ts';
import type { KafkaOptions } from './kafka-options.ts';
import { type BrokerWork, KafkaJsLink, pause } from './kafkajs-link.ts';
import { type JoinResponse, type KafkaJsBroker, loadKafkaJs } from './kafkajs-modules.ts';

const PROTOCOL = 'sonde-sticky';
/** How often the leader looks whether topics have come or grown. */
const TOPICS_INTERVAL_MS = 30_000;
/** The same while a topic is missing. */
const MISSING_TOPICS_INTERVAL_MS = 2000;
const JOIN_GROUP_KEY = 11;
const FAILURE_PAUSE_MS = 500;
/** A broker that does not answer a goodbye is not waited for. */
const LEAVE_TIMEOUT_MS = 2000;

/** The group wants to share out anew; members keep what they have until they know. */
const REJOIN: ReadonlySet<string> = new Set(['REBALANCE_IN_PROGRESS']);
/** The group went on without this member: what it had is somebody else's. */
const EXPELLED: ReadonlySet<string> = new Set([
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'FENCED_INSTANCE_ID',
]);

/** What the cluster has. */
interface TopicsOfCluster {
  readonly describe: (topic: string) => Promise<number | undefined>;
  readonly list: () => Promise<readonly string[]>;
}

interface Round {
  readonly generationId: number;
  readonly isLeader: boolean;
  /** What the leader shared out; empty elsewhere. */
  readonly partitionCounts: ReadonlyMap<string, number>;
}

/**
 * A member of a consumer group. Partitions that stay here are read on through a rebalance; only
 * those that move are given up, and commits of who had them are refused from then on.
 */
export class KafkaJsMember implements GroupMembership {
  readonly #options: KafkaOptions;
  readonly #request: GroupRequest;
  readonly #cluster: TopicsOfCluster;
  readonly #link: KafkaJsLink;
  readonly #stop: AbortController = new AbortController();
  readonly #done: AbortController = new AbortController();
  readonly #owned: Map<string, { readonly place: Place; readonly ownership: Ownership }> =
    new Map();
  readonly #running: Promise<void>;
  #memberId = '';
  /** Those it reads now. */
  #topics: readonly string[] = [];
  /** One of the topics that is there: the way to the coordinator asks about it. */
  #topic = '';
  #leaving: Promise<void> | undefined;

  constructor(options: KafkaOptions, request: GroupRequest, cluster: TopicsOfCluster) {
    this.#options = options;
    this.#request = request;
    this.#cluster = cluster;
    this.#link = new KafkaJsLink(options);
    this.#running = this.#run();
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #run(): Promise<void> {
    let seenMs = performance.now();
    while (!this.#stop.signal.aborted) {
      try {
        this.#topics = await this.#wantedTopics();
        this.#topic = await this.#existingTopic();
        const round = await this.#joinGroup();
        this.#request.onTrouble(undefined);
        await this.#stay(round, () => {
          seenMs = performance.now();
        });
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        const failure = KafkaFailure.from(error);
        if (REJOIN.has(failure.type)) continue;
        // Nobody waits for a member longer than its session.
        const isForgotten = performance.now() - seenMs > this.#options.sessionTimeoutMs;
        if (EXPELLED.has(failure.type)) this.#memberId = '';
        if (EXPELLED.has(failure.type) || isForgotten) this.#keepOnly(new Set());
        this.#request.onTrouble(failure);
        await pause(FAILURE_PAUSE_MS, this.#stop.signal);
      }
    }
  }

  async #existingTopic(): Promise<string> {
    const topics = this.#topics;
    for (const topic of topics) {
      if ((await this.#cluster.describe(topic)) !== undefined) return topic;
    }
    throw new KafkaFailure('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic ${topics.join(', ')}`);
  }

  async #joinGroup(): Promise<Round> {
    const { group: groupId } = this.#request;
    const topics = this.#topics;
    const { sessionTimeoutMs, rebalanceTimeoutMs } = this.#options;
    const userData = Buffer.from(JSON.stringify(this.#ownedByTopic()));
    const metadata = loadKafkaJs().memberMetadata.encode({ version: 0, topics, userData });
    const joined = await this.#onCoordinator((broker) =>
      this.#askToJoin(broker, {
        groupId,
        sessionTimeout: sessionTimeoutMs,
        rebalanceTimeout: rebalanceTimeoutMs,
        memberId: this.#memberId,
        groupProtocols: [{ name: PROTOCOL, metadata }],
      }),
    );
    this.#memberId = joined.memberId;
    const { generationId, memberId, leaderId } = joined;
    const isLeader = leaderId === memberId;
    const partitionCounts = isLeader ? await this.#partitionCounts(joined) : new Map();
    const groupAssignment = isLeader ? shareOut(joined, partitionCounts) : [];
    const synced = await this.#onCoordinator((broker) =>
      broker.syncGroup({ groupId, generationId, memberId, groupAssignment }),
    );
    const decoded = loadKafkaJs().memberAssignment.decode(synced.memberAssignment);
    this.#take(decoded?.assignment ?? {}, generationId);
    return { generationId, isLeader, partitionCounts };
  }

  /** Heartbeats until something is to be shared out anew; rejects with why. */
  async #stay(round: Round, onSeen: () => void): Promise<void> {
    const { group: groupId } = this.#request;
    let topicsSeenMs = performance.now();
    const isMissing = [...round.partitionCounts.values()].includes(0);
    const intervalMs = isMissing ? MISSING_TOPICS_INTERVAL_MS : TOPICS_INTERVAL_MS;
    const heartbeatMs = Math.min(this.#options.heartbeatIntervalMs, intervalMs);
    while (!this.#stop.signal.aborted) {
      onSeen();
      await pause(heartbeatMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      await this.#onCoordinator((broker) =>
        broker.heartbeat({
          groupId,
          groupGenerationId: round.generationId,
          memberId: this.#memberId,
        }),
      );
      const isLookedAt = round.isLeader || this.#request.isWanted !== undefined;
      if (!isLookedAt || performance.now() - topicsSeenMs < intervalMs) continue;
      topicsSeenMs = performance.now();
      if (await this.#haveTopicsChanged(round)) return;
    }
  }

  async #haveTopicsChanged({ partitionCounts }: Round): Promise<boolean> {
    const wanted = await this.#wantedTopics();
    if (wanted.join('\n') !== this.#topics.join('\n')) return true;
    for (const [topic, count] of partitionCounts) {
      if (((await this.#cluster.describe(topic)) ?? 0) !== count) return true;
    }
    return false;
  }

  async #wantedTopics(): Promise<readonly string[]> {
    const { topics, isWanted } = this.#request;
    if (isWanted === undefined) return topics;
    const found = (await this.#cluster.list()).filter(isWanted);
    return [...new Set([...topics, ...found])].sort();
  }

  /** kafkajs' own call knows nothing of members that come back by their name. */
  #askToJoin(
    broker: KafkaJsBroker,
    request: Parameters<KafkaJsBroker['joinGroup']>[0],
  ): Promise<JoinResponse> {
    const { groupInstanceId } = this.#options;
    if (groupInstanceId === undefined) return broker.joinGroup(request);
    const build = broker.lookupRequest(JOIN_GROUP_KEY, loadKafkaJs().joinRequests);
    const named = { ...request, groupInstanceId, protocolType: 'consumer' };
    return broker.connectionPool.send(build(named));
  }

  async #partitionCounts({ members }: JoinResponse): Promise<ReadonlyMap<string, number>> {
    const { memberMetadata } = loadKafkaJs();
    const topics = new Set(
      members.flatMap((member) => memberMetadata.decode(member.memberMetadata).topics),
    );
    const counts = new Map<string, number>();
    for (const topic of topics) counts.set(topic, (await this.#cluster.describe(topic)) ?? 0);
    return counts;
  }

  #take(assignment: Readonly<Record<string, readonly number[]>>, generation: number): void {
    const places = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition): Place => ({ topic, partition })),
    );
    this.#keepOnly(new Set(places.map(keyOf)));
    for (const place of places) {
      const known = this.#owned.get(keyOf(place));
      if (known !== undefined) {
        known.ownership.generation = generation;
        continue;
      }
      const ownership = { memberId: this.#memberId, generation, isLost: false };
      this.#owned.set(keyOf(place), { place, ownership });
      this.#request.onAssigned(place, ownership);
    }
  }

  #keepOnly(keys: ReadonlySet<string>): void {
    for (const [key, { place, ownership }] of this.#owned) {
      const isOurs = keys.has(key) && ownership.memberId === this.#memberId;
      if (isOurs) continue;
      ownership.isLost = true;
      this.#owned.delete(key);
      this.#request.onRevoked(place);
    }
  }

  #ownedByTopic(): Assignment {
    const owned: Assignment = {};
    for (const { place } of this.#owned.values()) {
      const partitions = owned[place.topic] ?? [];
      partitions.push(place.partition);
      owned[place.topic] = partitions;
    }
    return owned;
  }

  #onCoordinator<T>(work: BrokerWork<T>): Promise<T> {
    return this.#link.onceOnCoordinator(this.#request.group, this.#topic, work);
  }

  async #leave(): Promise<void> {
    const memberId = this.#memberId;
    this.#stop.abort();
    this.#keepOnly(new Set());
    // Of one that has a name the broker waits for the return.
    if (memberId !== '' && this.#options.groupInstanceId === undefined) {
      // The broker notices an absent member by itself, only later.
      const left = this.#onCoordinator((broker) =>
        broker.leaveGroup({ groupId: this.#request.group, memberId }),
      ).catch(() => undefined);
      await Promise.race([left, pause(LEAVE_TIMEOUT_MS, this.#done.signal)]);
      this.#done.abort();
    }
    await this.#link.close();
    await this.#running;
  }
}

function keyOf({ topic, partition }: Place): string {
  return `${topic}/${partition}`;
}

function shareOut(
  { members }: JoinResponse,
  partitionCounts: ReadonlyMap<string, number>,
): { memberId: string; memberAssignment: Buffer }[] {
  const { memberMetadata, memberAssignment } = loadKafkaJs();
  const all = members.map((member): GroupMember => {
    const { topics, userData } = memberMetadata.decode(member.memberMetadata);
    return { id: member.memberId, topics, owned: readOwned(userData) };
  });
  return [...assignSticky(all, partitionCounts)].map(([memberId, assignment]) => ({
    memberId,
    memberAssignment: memberAssignment.encode({ version: 0, assignment }),
  }));
}

/** What a member says it has; nothing where that is unreadable. */
function readOwned(userData: Buffer | null): Assignment {
  const owned: Assignment = {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(userData?.toString('utf8') ?? '{}');
  } catch {
    return owned; // A member of a later release: everything is shared out as if it were new.
  }
  if (typeof parsed !== 'object' || parsed === null) return owned;
  for (const [topic, partitions] of Object.entries(parsed)) {
    if (!Array.isArray(partitions)) continue;
    owned[topic] = partitions.filter((partition) => Number.isInteger(partition));
  }
  return owned;
}
