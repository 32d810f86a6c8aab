/**
 * Group commit: what is added while a flush runs is flushed together by the next one.
 *
 *     add  add            add add add
 *      └────┴─> flush 1 ───────┴───┴───┴─> flush 2 ─> idle
 *
 * `flush` never rejects: it settles each item itself.
 */
export class GroupCommit<Item> {
  readonly #flush: (items: readonly Item[]) => Promise<void>;
  #waiting: Item[] = [];
  #running: Promise<void> | undefined;

  constructor(flush: (items: readonly Item[]) => Promise<void>) {
    this.#flush = flush;
  }

  add(item: Item): void {
    this.#waiting.push(item);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits and no flush runs. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // Appends of the same turn of the event loop share the first flush too.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const items = this.#waiting;
      this.#waiting = [];
      await this.#flush(items);
    }
    this.#running = undefined;
  }
}
