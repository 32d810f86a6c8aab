import type { Entry } from './entry.ts';
import { BATCH_ENTRIES_MAX, QUEUED_ENTRIES_MAX, QUEUED_LENGTH_MAX } from './limits.ts';
import type { LogDelivery } from './log-delivery.ts';
import { EntryWriter } from './log-request.ts';
import type { OperatorChain } from './operator-chain.ts';

export interface RecordQueueOptions {
  readonly delivery: LogDelivery;
  readonly chain: OperatorChain;
}

/**
 * Entries on their way from a source that cannot be read again: they wait while the pipeline works,
 * what waits goes as one batch, and a full queue says so.
 */
export class RecordQueue {
  readonly #options: RecordQueueOptions;
  readonly #writer: EntryWriter = new EntryWriter();
  readonly #giveUp: AbortController = new AbortController();
  #entries: { readonly entry: Entry; readonly transport: string }[] = [];
  #length = 0;
  #ended = false;
  /** Of the last batch. */
  #transport = '';
  #wake: () => void = () => {};
  #drained: (() => void)[] = [];
  #running: Promise<void> | undefined;

  constructor(options: RecordQueueOptions) {
    this.#options = options;
  }

  /** The source waits, or drops what comes. */
  get full(): boolean {
    return this.#entries.length >= QUEUED_ENTRIES_MAX || this.#length >= QUEUED_LENGTH_MAX;
  }

  /** Takes an entry whether or not it is full: who asks first keeps to the limit. */
  push(entry: Entry, transport: string): void {
    this.#entries.push({ entry, transport });
    this.#length += lengthOf(entry);
    this.#wake();
  }

  /** Resolves when it is not full any more. */
  drained(): Promise<void> {
    if (!this.full) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained.push(resolve);
    });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Hands on what waits and what operators hold back, until `deadline`; the rest is counted. */
  async shutdown(deadline: AbortSignal): Promise<void> {
    this.#ended = true;
    this.#wake();
    const giveUp = (): void => this.#giveUp.abort();
    if (deadline.aborted) giveUp();
    deadline.addEventListener('abort', giveUp, { once: true });
    await this.#running;
    deadline.removeEventListener('abort', giveUp);
    if (this.#entries.length > 0) {
      this.#options.delivery.countDropped(this.#entries.length, 'shutdown');
      this.#entries = [];
    }
  }

  async #run(): Promise<void> {
    while (!this.#giveUp.signal.aborted) {
      if (this.#entries.length > 0) {
        await this.#batch();
      } else if (this.#ended) {
        this.#options.chain.flush('all');
        await this.#deliver(this.#transport);
        return;
      } else {
        await this.#wait();
        this.#options.chain.flush('due');
        if (this.#entries.length === 0) await this.#deliver(this.#transport);
      }
    }
  }

  /** Entries of one transport that follow each other. */
  async #batch(): Promise<void> {
    const { chain } = this.#options;
    const [first] = this.#entries;
    this.#transport = first?.transport ?? '';
    const others = this.#entries.findIndex(({ transport }) => transport !== this.#transport);
    const count = Math.min(others < 0 ? this.#entries.length : others, BATCH_ENTRIES_MAX);
    for (const { entry } of this.#entries.splice(0, count)) {
      this.#length -= lengthOf(entry);
      chain.process(entry);
    }
    if (!this.full) for (const resume of this.#drained.splice(0)) resume();
    await this.#deliver(this.#transport);
  }

  async #deliver(transport: string): Promise<void> {
    const { chain, delivery } = this.#options;
    for (const entry of chain.take()) this.#writer.add(entry);
    const { itemCount } = this.#writer;
    if (itemCount === 0) return;
    const delivered = await delivery.deliver(this.#writer.finish(transport), this.#giveUp.signal);
    if (delivered === 'stopped') delivery.countDropped(itemCount, 'shutdown');
  }

  /** Until something comes, or something that is held back is due. */
  #wait(): Promise<void> {
    const { holdMs } = this.#options.chain;
    return new Promise((resolve) => {
      const timer = holdMs > 0 ? setTimeout(() => this.#wake(), holdMs) : undefined;
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve();
      };
    });
  }
}

function lengthOf({ body }: Entry): number {
  return typeof body === 'string' || body instanceof Uint8Array ? body.length : 0;
}
