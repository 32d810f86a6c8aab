import type { MessagePort } from 'node:worker_threads';
import { serveLog } from '@sonde/buffer';
import type { SignallessCreateSettings, ThreadHost } from '@sonde/pipeline';
import type { BufferReceiverConfig } from './config.ts';
import { type HeldLog, holdLog } from './held-log.ts';

/** Holds the log for threads that each read a share of its partitions. */
export class LogHost implements ThreadHost {
  readonly #settings: SignallessCreateSettings;
  readonly #config: BufferReceiverConfig;
  readonly #ends: (() => Promise<void>)[] = [];
  #held: HeldLog | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(settings: SignallessCreateSettings, config: BufferReceiverConfig) {
    this.#settings = settings;
    this.#config = config;
  }

  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  connect(port: MessagePort): void {
    if (this.#held !== undefined) this.#ends.push(serveLog(this.#held.log, port));
  }

  /** After its threads have ended. */
  shutdown(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(): Promise<void> {
    this.#held = await holdLog(this.#settings, this.#config);
  }

  async #stop(): Promise<void> {
    // A start that failed has told its caller; what it opened is closed here all the same.
    await this.#starting?.catch(() => undefined);
    await Promise.all(this.#ends.map((end) => end()));
    await this.#held?.close();
  }
}
