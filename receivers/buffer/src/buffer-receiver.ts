import {
  type EmbeddedLog,
  openSharedLog,
  type PartitionReader,
  type SharedLog,
  TOPICS,
  type TopicLimits,
} from '@sonde/buffer';
import type { Component, Consumer, Host, SignallessCreateSettings } from '@sonde/pipeline';
import { SIGNALS, type Signal } from '@sonde/proto';
import { BufferReceiverEvents } from './buffer-events.ts';
import type { BufferReceiverConfig } from './config.ts';
import { PartitionPump } from './partition-pump.ts';

/** Nobody has to read dead letters, so old ones make way for new ones; that is counted and said. */
const DEAD_LETTER_LIMITS: Partial<TopicLimits> = {
  segmentBytes: 16 * 1024 * 1024,
  sizeBytesMax: 256 * 1024 * 1024,
  ageMsMax: 14 * 86_400_000,
  whenFull: 'drop_oldest',
};

interface OpenPartition {
  readonly reader: PartitionReader;
  readonly running: Promise<void>;
}

/** Reads every partition of the signals' topics, each by a pump of its own. */
export class BufferReceiver implements Component {
  readonly #settings: SignallessCreateSettings;
  readonly #config: BufferReceiverConfig;
  readonly #next: Readonly<Partial<Record<Signal, Consumer>>>;
  readonly #events: BufferReceiverEvents;
  readonly #stop: AbortController = new AbortController();
  readonly #partitions: OpenPartition[] = [];
  /** Pumps whose range has to wait. */
  readonly #troubled: Set<PartitionReader> = new Set();
  #shared: SharedLog | undefined;
  #endObserving: () => void = () => {};
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(
    settings: SignallessCreateSettings,
    config: BufferReceiverConfig,
    next: Readonly<Partial<Record<Signal, Consumer>>>,
  ) {
    this.#settings = settings;
    this.#config = config;
    this.#next = next;
    this.#events = new BufferReceiverEvents(
      { id: settings.id, group: config.group },
      settings.logger,
    );
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
    const onEvent = this.#events.logEvent.bind(this.#events);
    this.#shared = await openSharedLog(this.#config.directory, { onEvent });
    const { log } = this.#shared;
    await log.createTopic(TOPICS.deadLetters, { partitions: 1 });
    log.setLimits(TOPICS.deadLetters, DEAD_LETTER_LIMITS);
    for (const signal of SIGNALS) {
      const next = this.#next[signal];
      if (next !== undefined) await this.#startSignal(log, host, { signal, next });
    }
    this.#endObserving = this.#events.observeLag(() => log.state());
  }

  async #startSignal(
    log: EmbeddedLog,
    host: Host,
    { signal, next }: { readonly signal: Signal; readonly next: Consumer },
  ): Promise<void> {
    const topic = TOPICS[signal];
    await log.createTopic(topic, { partitions: 1 });
    const count = log.partitionCount(topic);
    for (let partition = 0; partition < count; partition += 1) {
      const reader = await log.openReader(this.#config.group, topic, partition);
      const { batch, retry } = this.#config;
      const { configVersion, settings } = this.#settings;
      const onTrouble = (error: Error | undefined): void => this.#noteTrouble(host, reader, error);
      const pump = new PartitionPump(
        {
          signal,
          next,
          reader,
          buffer: log,
          batch,
          retry,
          configVersion,
          settings,
          events: this.#events,
          onTrouble,
        },
        this.#stop.signal,
      );
      this.#partitions.push({ reader, running: this.#run(pump, reader, host) });
    }
  }

  /** A pump that ends by an error would leave its partition unread for ever: the run ends. */
  async #run(pump: PartitionPump, reader: PartitionReader, host: Host): Promise<void> {
    try {
      await pump.run();
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.#events.failed(reader, error);
      host.reportStatus({ state: 'fatal', error });
    }
  }

  #noteTrouble(host: Host, reader: PartitionReader, error: Error | undefined): void {
    if (error === undefined) this.#troubled.delete(reader);
    else this.#troubled.add(reader);
    if (error !== undefined) host.reportStatus({ state: 'recoverable', error });
    else if (this.#troubled.size === 0) host.reportStatus({ state: 'ok' });
  }

  async #close(deadline: AbortSignal): Promise<void> {
    this.#stop.abort();
    // A start that failed has told its caller; what it opened is closed here all the same.
    await this.#starting?.catch(() => undefined);
    const running = Promise.all(this.#partitions.map((partition) => partition.running));
    await Promise.race([running, aborted(deadline)]);
    this.#endObserving();
    await Promise.all(this.#partitions.map(({ reader }) => reader.close()));
    await this.#shared?.release();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
