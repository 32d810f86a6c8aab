import { TOPICS } from '@sonde/buffer';
import { DeliveryEvents, PumpSet } from '@sonde/delivery';
import type { Component, Consumer, Host, SignallessCreateSettings } from '@sonde/pipeline';
import { SIGNALS, type Signal } from '@sonde/proto';
import type { BufferReceiverConfig } from './config.ts';
import { type HeldLog, holdLog, reachLog } from './held-log.ts';

/** Reads the partitions of the signals' topics out of the embedded log: all, or its thread's share. */
export class BufferReceiver implements Component {
  readonly #settings: SignallessCreateSettings;
  readonly #config: BufferReceiverConfig;
  readonly #next: Readonly<Partial<Record<Signal, Consumer>>>;
  readonly #events: DeliveryEvents;
  #held: HeldLog | undefined;
  #pumps: PumpSet | undefined;
  #isStopping = false;
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
    const { thread } = this.#settings;
    this.#held =
      thread === undefined ? await holdLog(this.#settings, this.#config) : reachLog(thread);
    const { batch, retry } = this.#config;
    const [create, events] = [this.#settings, this.#events];
    const buffer = this.#held.log;
    this.#pumps = new PumpSet({ buffer, host, create, batch, retry, events });
    for (const signal of SIGNALS) {
      const next = this.#next[signal];
      if (next !== undefined) await this.#startSignal(this.#pumps, { signal, next });
    }
  }

  async #startSignal(
    pumps: PumpSet,
    target: { readonly signal: Signal; readonly next: Consumer },
  ): Promise<void> {
    const log = this.#held?.log;
    if (log === undefined || this.#isStopping) return;
    const topic = TOPICS[target.signal];
    await log.createTopic(topic, { partitions: 1 });
    const { index, count } = this.#settings.thread ?? { index: 0, count: 1 };
    for (let partition = index; partition < log.partitionCount(topic); partition += count) {
      pumps.add(await log.openReader(this.#config.group, topic, partition), target);
    }
  }

  async #close(deadline: AbortSignal): Promise<void> {
    this.#isStopping = true;
    // A start that failed has told its caller; what it opened is closed here all the same.
    await this.#starting?.catch(() => undefined);
    await this.#pumps?.shutdown(deadline);
    await this.#held?.close();
  }
}
