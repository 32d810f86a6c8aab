import type { Value } from '../value/value.ts';
import type { WithCache } from './entries.ts';

/** A cursor with the cache of the row it stands on. */
export abstract class CachedRow implements WithCache {
  #cache: Value = new Map();
  #isFilled = false;

  /** Emptied with every row. */
  get cache(): Value {
    return this.#cache;
  }

  set cache(value: Value) {
    this.#isFilled = true;
    this.#cache = value;
  }

  protected forget(): void {
    if (!this.#isFilled) return;
    this.#isFilled = false;
    this.#cache = new Map();
  }
}
