import type { Leaf } from './leaf.ts';

/** Leaves whose alias changed and was not read; more are counted and read with the next full list. */
const CHANGES_MAX = 65_536;

/** Which leaves belong to another pattern than the reader of aliases knows. */
export class AliasLog {
  #changes: Leaf[] = [];
  /** Changes there was no room for. */
  dropped = 0;

  changed(leaf: Leaf): void {
    if (leaf.isChanged) return;
    if (this.#changes.length >= CHANGES_MAX) {
      this.dropped++;
      return;
    }
    leaf.isChanged = true;
    this.#changes.push(leaf);
  }

  /** The leaves that changed since the last call. */
  take(): readonly Leaf[] {
    const taken = this.#changes;
    this.#changes = [];
    for (const leaf of taken) leaf.isChanged = false;
    return taken;
  }
}
