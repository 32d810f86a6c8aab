import { untrack } from 'svelte';
import { activity } from './activity.svelte.ts';
import { refresh } from './refresh.svelte.ts';
import { isAbort, type RequestFailure, toRequestFailure } from './request-failure.ts';

export interface Ask<T> {
  /** Says what is asked: the same text is not asked again, except by a refresh. */
  readonly key: string;
  readonly run: (signal: AbortSignal) => Promise<T>;
}

/**
 * The answer to a request that depends on state. A new key aborts the request under way; the last
 * answer stays until the next is there. Create it while a component initializes.
 */
export class Loadable<T> {
  value: T | undefined = $state.raw();
  failure: RequestFailure | undefined = $state.raw();
  loading: boolean = $state(false);
  /** True after `cancel`, until something is asked again. */
  cancelled: boolean = $state(false);
  /** The key that `value` answers. */
  answeredKey: string = $state('');

  #askedKey: string = $state('');

  readonly #ask: () => Ask<T> | undefined;
  #controller: AbortController | undefined = $state.raw();

  constructor(ask: () => Ask<T> | undefined) {
    this.#ask = ask;
    const key = $derived(ask()?.key);
    $effect(() => {
      // Read both, so that either starts the request anew.
      const asked = `${refresh.tick}|${key ?? ''}`;
      untrack(() => void this.#load(asked));
      return () => this.#controller?.abort();
    });
  }

  /** True while another question than the one that `value` answers is under way. */
  get isStale(): boolean {
    return this.loading && this.#askedKey !== this.answeredKey;
  }

  /** What aborts the request under way: by it one asks how far it is. */
  get signal(): AbortSignal | undefined {
    return this.#controller?.signal;
  }

  retry(): void {
    void this.#load('retry');
  }

  /** Ends the request under way; the engine stops too. What was there stays. */
  cancel(): void {
    if (!this.loading) return;
    this.#controller?.abort();
    this.#controller = undefined;
    this.loading = false;
    this.cancelled = true;
  }

  async #load(_reason: string): Promise<void> {
    this.#controller?.abort();
    this.cancelled = false;
    const ask = this.#ask();
    if (ask === undefined) {
      this.value = undefined;
      this.failure = undefined;
      this.loading = false;
      return;
    }
    const controller = new AbortController();
    this.#controller = controller;
    this.loading = true;
    this.#askedKey = ask.key;
    await this.#settle(ask, controller.signal);
    if (this.#controller === controller) this.loading = false;
  }

  async #settle(ask: Ask<T>, signal: AbortSignal): Promise<void> {
    activity.start();
    let answered: boolean | undefined;
    try {
      const value = await ask.run(signal);
      answered = true;
      if (signal.aborted) return;
      this.value = value;
      this.answeredKey = ask.key;
      this.failure = undefined;
    } catch (cause) {
      if (signal.aborted || isAbort(cause)) return;
      this.failure = toRequestFailure(cause);
      answered = !this.failure.away;
    } finally {
      activity.end(answered);
    }
  }
}
