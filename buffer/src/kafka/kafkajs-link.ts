import type { Place } from './kafka-client.ts';
import { KafkaFailure } from './kafka-failure.ts';
import type { KafkaOptions } from './kafka-options.ts';
import { type KafkaJsBroker, type KafkaJsCluster, loadKafkaJs } from './kafkajs-modules.ts';

const CONNECT_TIMEOUT_MS = 3000;
/** A broker that hangs is given up this much later than it was told to answer. */
const ANSWER_GRACE_MS = 2000;
const AUTHENTICATION_TIMEOUT_MS = 10_000;
const METADATA_AGE_MS_MAX = 300_000;
/** kafkajs' own tries inside of one of ours: short ones, ours know the deadline. */
const INNER_RETRY = { retries: 2, initialRetryTime: 50, maxRetryTime: 200 };
const PAUSE_MS_FIRST = 25;
const PAUSE_MS_MAX = 500;
const READ_COMMITTED = 1;
const NO_LOGS = 0;

export type BrokerWork<T> = (broker: KafkaJsBroker) => Promise<T>;

/** Connections to a cluster, and the way to the broker that can answer, tried until a deadline. */
export class KafkaJsLink {
  readonly #options: KafkaOptions;
  readonly #cluster: KafkaJsCluster;
  readonly #closed: AbortController = new AbortController();
  /** By group; found anew after a failure. */
  readonly #coordinators: Map<string, KafkaJsBroker> = new Map();
  /** What is known of leaders may be wrong. */
  #isStale = false;

  constructor(options: KafkaOptions) {
    const { Cluster, createLogger, createSocketFactory } = loadKafkaJs();
    this.#options = options;
    const { tls, sasl } = options;
    this.#cluster = new Cluster({
      // Failures reach callers; kafkajs' own lines would say them twice.
      logger: createLogger({ level: NO_LOGS, logCreator: () => () => {} }),
      socketFactory: createSocketFactory(),
      brokers: options.brokers,
      clientId: options.clientId,
      ssl: tls,
      sasl: sasl === undefined ? undefined : { ...sasl, mechanism: sasl.mechanism.toLowerCase() },
      connectionTimeout: CONNECT_TIMEOUT_MS,
      authenticationTimeout: AUTHENTICATION_TIMEOUT_MS,
      reauthenticationThreshold: AUTHENTICATION_TIMEOUT_MS,
      requestTimeout: options.timeoutMs + ANSWER_GRACE_MS,
      metadataMaxAge: METADATA_AGE_MS_MAX,
      retry: INNER_RETRY,
      allowAutoTopicCreation: false,
      isolationLevel: READ_COMMITTED,
      offsets: new Map(),
    });
  }

  /** Runs `work` on the broker that leads the partition. */
  withLeader<T>({ topic, partition }: Place, work: BrokerWork<T>): Promise<T> {
    return this.#tryUntilTimeout(async () => {
      await this.#refresh(topic);
      const leaders = this.#cluster.findLeaderForPartitions(topic, [partition]);
      const [nodeId] = Object.keys(leaders);
      if (nodeId === undefined || nodeId === '-1') {
        throw new KafkaFailure('NO_LEADER', `no broker leads ${topic}/${partition}`);
      }
      return work(await this.#cluster.findBroker({ nodeId }));
    });
  }

  /** Runs `work` on the group's coordinator. `topic` is any that the link may ask about. */
  withCoordinator<T>(group: string, topic: string, work: BrokerWork<T>): Promise<T> {
    return this.#tryUntilTimeout(() => this.onceOnCoordinator(group, topic, work));
  }

  /** The same, once: for callers with a loop of their own. */
  async onceOnCoordinator<T>(group: string, topic: string, work: BrokerWork<T>): Promise<T> {
    try {
      await this.#refresh(topic);
      const known = this.#coordinators.get(group);
      const broker = known ?? (await this.#cluster.findGroupCoordinator({ groupId: group }));
      this.#coordinators.set(group, broker);
      return await work(broker);
    } catch (error) {
      this.#coordinators.delete(group);
      throw error;
    }
  }

  /** Runs `work` on the controller. */
  withController<T>(work: BrokerWork<T>): Promise<T> {
    return this.#tryUntilTimeout(async () => {
      await this.#cluster.connect();
      await this.#cluster.refreshMetadata();
      return work(await this.#cluster.findControllerBroker());
    });
  }

  /** Runs `work` on any broker. */
  withAny<T>(work: BrokerWork<T>): Promise<T> {
    return this.#tryUntilTimeout(async () => {
      await this.#cluster.connect();
      return work(await this.#cluster.brokerPool.findConnectedBroker());
    });
  }

  /** Calls under way reject. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#cluster.disconnect();
  }

  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  async #refresh(topic: string): Promise<void> {
    await this.#cluster.connect();
    await this.#cluster.addTargetTopic(topic);
    if (this.#isStale) await this.#cluster.refreshMetadata();
    else await this.#cluster.refreshMetadataIfNecessary();
    this.#isStale = false;
  }

  async #tryUntilTimeout<T>(work: () => Promise<T>): Promise<T> {
    const untilMs = performance.now() + this.#options.timeoutMs;
    let pauseMs = PAUSE_MS_FIRST;
    for (;;) {
      if (this.isClosed) throw new KafkaFailure('CLOSED', 'the connection is closed');
      try {
        return await work();
      } catch (error) {
        const failure = KafkaFailure.from(error);
        this.#isStale = true;
        const isLate = performance.now() + pauseMs > untilMs;
        if (!failure.isTransient || isLate || this.isClosed) throw failure;
      }
      await pause(pauseMs, this.#closed.signal);
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    }
  }
}

/** Resolves after `ms`, or as soon as `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
