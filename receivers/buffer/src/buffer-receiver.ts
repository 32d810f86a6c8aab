import {
  describeLogEvent,
  isLoss,
  isWarning,
  type LogEvent,
  openSharedLog,
  type SharedLog,
  TOPICS,
  type TopicLimits,
} from '@sonde/buffer';
import { DeliveryEvents, PumpSet } from '@sonde/delivery';
import type { Component, Consumer, Host, SignallessCreateSettings } from '@sonde/pipeline';
import { SIGNALS, type Signal } from '@sonde/proto';
import type { BufferReceiverConfig } from './config.ts';
import { observeDamage } from './observe-damage.ts';

/** Nobody has to read dead letters, so old ones make way for new ones; that is counted and said. */
const DEAD_LETTER_LIMITS: Partial<TopicLimits> = {
  segmentBytes: 16 * 1024 * 1024,
  sizeBytesMax: 256 * 1024 * 1024,
  ageMsMax: 14 * 86_400_000,
  whenFull: 'drop_oldest',
};

/** Reads every partition of the signals' topics out of the embedded log. */
export class BufferReceiver implements Component {
  readonly #settings: SignallessCreateSettings;
  readonly #config: BufferReceiverConfig;
  readonly #next: Readonly<Partial<Record<Signal, Consumer>>>;
  readonly #events: DeliveryEvents;
  #shared: SharedLog | undefined;
  #pumps: PumpSet | undefined;
  #isStopping = false;
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
    const names = { id: settings.id, type: 'buffer', group: config.group };
    this.#events = new DeliveryEvents(names, settings.logger);
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
    const onEvent = (event: LogEvent): void => this.#logEvent(event);
    this.#shared = await openSharedLog(this.#config.directory, { onEvent });
    const { log } = this.#shared;
    await log.createTopic(TOPICS.deadLetters, { partitions: 1 });
    log.setLimits(TOPICS.deadLetters, DEAD_LETTER_LIMITS);
    const { batch, retry } = this.#config;
    const [create, events] = [this.#settings, this.#events];
    this.#pumps = new PumpSet({ buffer: log, host, create, batch, retry, events });
    for (const signal of SIGNALS) {
      const next = this.#next[signal];
      if (next !== undefined) await this.#startSignal(this.#pumps, { signal, next });
    }
    const endLag = this.#events.observeLag(() => log.state());
    const endDamage = observeDamage(this.#settings.id, log.counters);
    this.#endObserving = () => {
      endLag();
      endDamage();
    };
  }

  async #startSignal(
    pumps: PumpSet,
    target: { readonly signal: Signal; readonly next: Consumer },
  ): Promise<void> {
    const log = this.#shared?.log;
    if (log === undefined || this.#isStopping) return;
    const topic = TOPICS[target.signal];
    await log.createTopic(topic, { partitions: 1 });
    const count = log.partitionCount(topic);
    for (let partition = 0; partition < count; partition += 1) {
      pumps.add(await log.openReader(this.#config.group, topic, partition), target);
    }
  }

  async #close(deadline: AbortSignal): Promise<void> {
    this.#isStopping = true;
    // A start that failed has told its caller; what it opened is closed here all the same.
    await this.#starting?.catch(() => undefined);
    await this.#pumps?.shutdown(deadline);
    this.#endObserving();
    await this.#shared?.release();
  }

  #logEvent(event: LogEvent): void {
    const { logger } = this.#settings;
    const message = describeLogEvent(event);
    if (isLoss(event)) logger.error(message, { event: event.type });
    else if (isWarning(event)) logger.warn(message, { event: event.type });
    else logger.info(message, { event: event.type });
  }
}
