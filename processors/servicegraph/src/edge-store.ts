import { type Edge, isComplete } from './edge.ts';

export interface EdgeStoreOptions {
  readonly itemsMax: number;
  readonly completed: (edge: Edge) => void;
  readonly expired: (edge: Edge) => void;
}

export type EdgeFate = 'new' | 'known' | 'dropped';

/** Calls of which one side was seen and the other is waited for. */
export class EdgeStore {
  readonly #options: EdgeStoreOptions;
  /** The one that waits for longest first. */
  readonly #edges = new Map<string, Edge>();

  constructor(options: EdgeStoreOptions) {
    this.#options = options;
  }

  upsert(key: string, create: () => Edge, update: (edge: Edge) => void): EdgeFate {
    const known = this.#edges.get(key);
    const edge = known ?? create();
    update(edge);
    if (isComplete(edge)) {
      this.#edges.delete(key);
      this.#options.completed(edge);
    } else if (known === undefined) {
      if (this.#edges.size >= this.#options.itemsMax) return 'dropped';
      this.#edges.set(key, edge);
    }
    return known === undefined ? 'new' : 'known';
  }

  /** Gives up those whose time is over; `Infinity` gives up all. */
  expire(nowUnixMs: number): void {
    for (const [key, edge] of this.#edges) {
      if (edge.expiresUnixMs >= nowUnixMs) break;
      this.#edges.delete(key);
      this.#options.expired(edge);
    }
  }
}
