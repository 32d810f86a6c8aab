import type { Output } from './output.ts';

interface Use<C> {
  readonly config: C;
  readonly opening: Promise<Output>;
  users: number;
}

/** One output a configuration: the exporters of all signals of an id write to the same files. */
export class SharedOutputs<C extends object> {
  readonly #uses = new WeakMap<C, Use<C>>();

  /** `open` is called when nobody else has it. Each call wants its `release`. */
  async acquire(config: C, open: () => Promise<Output>): Promise<Output> {
    const known = this.#uses.get(config);
    const use = known ?? { config, opening: open(), users: 0 };
    use.users += 1;
    if (known === undefined) this.#uses.set(config, use);
    try {
      return await use.opening;
    } catch (error) {
      if (this.#uses.get(config) === use) this.#uses.delete(config);
      throw error;
    }
  }

  /** The last one closes it. */
  async release(config: C, deadline: AbortSignal): Promise<void> {
    const use = this.#uses.get(config);
    if (use === undefined) return;
    use.users -= 1;
    if (use.users > 0) return;
    this.#uses.delete(config);
    await (await use.opening).close(deadline);
  }
}
