import { type Consumer, SondeError, type Telemetry } from '@sonde/pipeline';
import type { BatchEvents, Trigger } from './batch-events.ts';
import type { BatchConfig } from './config.ts';
import { cutBatches } from './cut-batches.ts';

/** Batches of one shard that are on their way at once. */
const BATCHES_IN_FLIGHT_MAX = 4;
/** Senders that wait for a batch of one shard; more are refused as overloaded. */
const SENDERS_WAITING_MAX = 65_536;

interface Waiting {
  readonly telemetry: Telemetry;
  readonly resolve: () => void;
  readonly reject: (error: SondeError) => void;
}

/** Collects until there is enough or it is time; every sender learns what became of its batch. */
export class BatchShard {
  readonly #config: BatchConfig;
  readonly #next: Consumer;
  readonly #events: BatchEvents;
  #waiting: Waiting[] = [];
  #items = 0;
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;
  /** Why what waits is due. */
  #trigger: Trigger = 'timeout';
  #inFlight = 0;
  #idle: (() => void)[] = [];

  constructor(config: BatchConfig, next: Consumer, events: BatchEvents) {
    this.#config = config;
    this.#events = events;
    this.#next = next;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#inFlight === 0;
  }

  /** Resolves when the next step took all of it. */
  add(telemetry: Telemetry): Promise<void> {
    if (this.#waiting.length >= SENDERS_WAITING_MAX) {
      const text = `${SENDERS_WAITING_MAX} requests wait for their batch already`;
      return Promise.reject(new SondeError('OVERLOADED', text));
    }
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ telemetry, resolve, reject });
      this.#items += telemetry.itemCount;
      if (this.#items >= this.#config.send_batch_size || this.#config.timeout === 0) {
        this.#isDue = true;
        this.#trigger = 'size';
      }
      this.#sendDue();
    });
  }

  /** Sends what waits; resolves when everything is answered or `deadline` aborts. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.#isDue = true;
    this.#sendDue();
    if (!this.isEmpty && !deadline.aborted) {
      await new Promise<void>((resolve) => {
        this.#idle.push(resolve);
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    const left = this.#takeWaiting();
    for (const { reject } of left) {
      reject(new SondeError('SHUTTING_DOWN', 'the batch was not sent before the deadline'));
    }
  }

  #sendDue(): void {
    const isFree = this.#inFlight < BATCHES_IN_FLIGHT_MAX;
    if (this.#isDue && isFree && this.#waiting.length > 0) this.#send();
    else if (!this.#isDue && this.#timer === undefined && this.#waiting.length > 0) this.#wait();
  }

  #wait(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#isDue = true;
      this.#sendDue();
    }, this.#config.timeout);
  }

  #takeWaiting(): Waiting[] {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
    this.#trigger = 'timeout';
    this.#items = 0;
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  #send(): void {
    const trigger = this.#trigger;
    const taken = this.#takeWaiting();
    this.#inFlight += 1;
    void this.#deliver(taken, trigger).finally(() => {
      this.#inFlight -= 1;
      this.#sendDue();
      if (!this.isEmpty) return;
      for (const resolve of this.#idle.splice(0)) resolve();
    });
  }

  /** Never rejects: every sender is answered. */
  async #deliver(taken: readonly Waiting[], trigger: Trigger): Promise<void> {
    const failures = new Map<number, SondeError>();
    try {
      const [first, ...others] = taken.map(({ telemetry }) => telemetry);
      if (first === undefined) return;
      for (const batch of cutBatches([first, ...others], this.#config.send_batch_max_size)) {
        const failure = await this.#attempt(batch.telemetry, trigger);
        if (failure !== undefined)
          for (const member of batch.members) failures.set(member, failure);
      }
    } catch (error) {
      const failure = SondeError.from(error);
      for (const index of taken.keys()) failures.set(index, failure);
    }
    for (const [index, { resolve, reject }] of taken.entries()) {
      const failure = failures.get(index);
      if (failure === undefined) resolve();
      else reject(failure);
    }
  }

  async #attempt(telemetry: Telemetry, trigger: Trigger): Promise<SondeError | undefined> {
    try {
      await this.#next.consume(telemetry);
      this.#events.sent(telemetry, trigger);
      return undefined;
    } catch (error) {
      return SondeError.from(error);
    }
  }
}
