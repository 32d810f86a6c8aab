import type { KafkaBuffer, PartitionReader } from '@sonde/buffer';
import { DeliveryEvents, LetterWatch, PumpSet } from '@sonde/delivery';
import { LazyKafkaBuffer, toKafkaOptions } from '@sonde/kafka-client';
import type { Component, Consumer, Host, SignallessCreateSettings } from '@sonde/pipeline';
import { SIGNALS, type Signal } from '@sonde/proto';
import type { KafkaReceiverConfig } from './config.ts';
import { deadLettersTo, watchedLetters } from './dead-letters.ts';
import { withHeaders } from './extract-headers.ts';
import { warnOfIdleThreads } from './idle-threads.ts';
import { KafkaMetrics } from './kafka-metrics.ts';
import { messageReader } from './message-encoding.ts';
import { TopicTargets } from './topic-targets.ts';
import { TroubleLines } from './trouble-lines.ts';

const OPEN_PAUSE_MS = 1000;

/** Reads the signals' topics as a member of a consumer group. */
export class KafkaReceiver implements Component {
  readonly #settings: SignallessCreateSettings;
  readonly #config: KafkaReceiverConfig;
  readonly #events: DeliveryEvents;
  readonly #buffer: LazyKafkaBuffer;
  readonly #metrics: KafkaMetrics;
  readonly #targets: TopicTargets = new TopicTargets();
  readonly #troubles: TroubleLines = new TroubleLines();
  readonly #stop: AbortController = new AbortController();
  /** Pumps of partitions that went to somebody else, until they have ended. */
  readonly #ending: Set<Promise<void>> = new Set();
  #pumps: PumpSet | undefined;
  #joining: Promise<void> | undefined;
  #leave: () => Promise<void> = () => Promise.resolve();
  #looking: Promise<void> = Promise.resolve();
  #endObserving: () => void = () => {};
  #endLetters: () => Promise<void> = () => Promise.resolve();
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(
    settings: SignallessCreateSettings,
    config: KafkaReceiverConfig,
    next: Readonly<Partial<Record<Signal, Consumer>>>,
  ) {
    this.#settings = settings;
    this.#config = config;
    const names = { id: settings.id, type: 'kafka', group: config.group_id };
    this.#events = new DeliveryEvents(names, settings.logger);
    this.#metrics = new KafkaMetrics(config.group_id);
    const instance = instanceOf(config, settings);
    this.#buffer = new LazyKafkaBuffer(async () => ({
      ...(await toKafkaOptions(config)),
      initialOffset: config.initial_offset,
      sessionTimeoutMs: config.session_timeout,
      heartbeatIntervalMs: config.heartbeat_interval,
      ...(instance === '' ? {} : { groupInstanceId: instance }),
    }));
    for (const signal of SIGNALS) this.#addTargets(signal, next[signal]);
  }

  start(host: Host): Promise<void> {
    this.#starting ??= this.#start(host);
    return this.#starting;
  }

  /** Stops reading, lets batches in flight end until `deadline`; what is not committed stays. */
  shutdown(deadline: AbortSignal): Promise<void> {
    this.#stopping ??= this.#close(deadline);
    return this.#stopping;
  }

  async #start(host: Host): Promise<void> {
    // Files of certificates that cannot be read stop the service; brokers may come later.
    await toKafkaOptions(this.#config);
    this.#joining = this.#join(host);
  }

  async #join(host: Host): Promise<void> {
    const buffer = await this.#openBuffer(host);
    if (buffer === undefined) return;
    const { batch, retry, group_id: group } = this.#config;
    const [create, events] = [this.#settings, this.#events];
    const letters = deadLettersTo(buffer);
    const pumps = new PumpSet({ buffer: letters, host, create, batch, retry, events });
    this.#pumps = pumps;
    const membership = buffer.join({
      group,
      topics: this.#targets.names,
      ...(this.#targets.hasPatterns
        ? { isWanted: (topic: string) => this.#targets.of(topic) !== undefined }
        : {}),
      onReader: (reader) => this.#open(pumps, reader),
      onRevoked: (reader) => this.#revoke(pumps, reader),
      onReset: (place, reset) => events.positionReset(place, reset),
      onTrouble: (error) => {
        if (error === undefined) host.reportStatus({ state: 'ok' });
        else this.#say(host, error);
      },
    });
    this.#leave = () => membership.leave();
    const ends = [
      events.observeLag(() => buffer.state()),
      this.#metrics.observe(() => buffer.state()),
    ];
    this.#endObserving = () => {
      for (const end of ends) end();
    };
    this.#watchLetters(buffer);
    this.#lookAtThreads(buffer);
  }

  /** What a pattern means may grow; of names the first thread knows how many partitions they have. */
  #lookAtThreads(buffer: KafkaBuffer): void {
    const { thread, logger } = this.#settings;
    if (thread?.index !== 0 || this.#targets.hasPatterns) return;
    this.#looking = warnOfIdleThreads({
      buffer,
      topics: this.#targets.names,
      threads: thread.count,
      logger,
      pause: (ms) => pause(ms, this.#stop.signal),
      isOver: () => this.#stop.signal.aborted,
    });
  }

  /** Threads of a process read the same letters: the first one counts them. */
  #watchLetters(buffer: KafkaBuffer): void {
    const { thread, logger } = this.#settings;
    if (thread !== undefined && thread.index > 0) return;
    const letters = new LetterWatch(watchedLetters(buffer), logger);
    const endObserving = this.#events.observeLetters(() => letters.groups());
    letters.start();
    this.#endLetters = async () => {
      endObserving();
      await letters.stop();
    };
  }

  /** Undefined when it was shut down before a broker answered. */
  async #openBuffer(host: Host): Promise<KafkaBuffer | undefined> {
    while (!this.#stop.signal.aborted) {
      try {
        return await this.#buffer.open();
      } catch (thrown) {
        if (this.#stop.signal.aborted) return undefined;
        this.#say(host, thrown instanceof Error ? thrown : new Error(String(thrown)));
        await pause(OPEN_PAUSE_MS, this.#stop.signal);
      }
    }
    return undefined;
  }

  #open(pumps: PumpSet, reader: PartitionReader): void {
    const { topic, partition } = reader;
    const target = this.#targets.of(topic);
    if (target === undefined || this.#stop.signal.aborted) {
      void reader.close();
      return;
    }
    const position = reader.position();
    this.#settings.logger.info('Reading a partition.', { topic, partition, position });
    this.#metrics.started(reader);
    pumps.add(reader, target);
  }

  #revoke(pumps: PumpSet, reader: PartitionReader): void {
    const { topic, partition } = reader;
    this.#settings.logger.info('A partition is read elsewhere now.', { topic, partition });
    this.#metrics.closed(reader);
    const ending = pumps.remove(reader).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #say(host: Host, error: Error): void {
    if (this.#troubles.isWorthTelling(error.message, performance.now())) {
      this.#settings.logger.warn('Kafka cannot be read for now.', { error: error.message });
    }
    host.reportStatus({ state: 'recoverable', error });
  }

  #addTargets(signal: Signal, next: Consumer | undefined): void {
    if (next === undefined) return;
    const settings = this.#config.topicsOf[signal];
    const plain = messageReader(signal, settings.encoding);
    const read = withHeaders(signal, this.#config.extractedHeaders, plain);
    this.#targets.add(settings, { signal, next, toRequest: this.#metrics.counting(read) });
  }

  async #close(deadline: AbortSignal): Promise<void> {
    this.#stop.abort();
    // A start that failed has told its caller; what it opened is closed here all the same.
    await this.#starting?.catch(() => undefined);
    await this.#joining;
    await this.#pumps?.shutdown(deadline);
    await this.#leave();
    await Promise.all(this.#ending);
    this.#endObserving();
    await this.#endLetters();
    await this.#buffer.close();
    await this.#looking;
  }
}

/** A name is one member's: each thread of several has its own. */
function instanceOf(
  { group_instance_id: name }: KafkaReceiverConfig,
  { thread }: SignallessCreateSettings,
): string {
  return name === '' || thread === undefined ? name : `${name}-${thread.index}`;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
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
