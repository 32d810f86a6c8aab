import { CHILDREN_WAIT_MS, CHILDREN_WAITING_MAX } from '../limits.ts';
import type { Exchange } from '../requests/exchange.ts';

/** An exchange and what its times count from. */
export interface Child {
  readonly exchange: Exchange;
  readonly offsetNs: bigint;
}

interface Waiting {
  readonly sinceMs: number;
  readonly children: Child[];
}

/**
 * Exchanges that a service had while it served a request, kept until that one is over: only then is
 * known which trace they belong to, and whether its spans are kept.
 */
export class WaitingChildren {
  /** By the request that they were sent for; the longest waiting first. */
  readonly #byParent = new Map<string, Waiting>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False when too many wait already. */
  hold(exchange: Exchange, offsetNs: bigint): boolean {
    if (this.#size >= CHILDREN_WAITING_MAX || exchange.links === undefined) return false;
    const { parentCookie, parentSequence } = exchange.links;
    const key = keyOf(parentCookie, parentSequence);
    const waiting = this.#byParent.get(key);
    if (waiting === undefined) {
      this.#byParent.set(key, { sinceMs: performance.now(), children: [{ exchange, offsetNs }] });
    } else {
      waiting.children.push({ exchange, offsetNs });
    }
    this.#size++;
    return true;
  }

  /** Some were sent for this request. */
  has(cookie: number, sequence: number): boolean {
    return this.#size > 0 && this.#byParent.has(keyOf(cookie, sequence));
  }

  /** Those that were sent for this one; they wait no longer. */
  of({ links }: Exchange): readonly Child[] {
    if (this.#size === 0 || links === undefined) return [];
    return this.#take(keyOf(links.cookie, links.sequence));
  }

  /** Those whose request is not over after a while. */
  expired(): readonly Child[] {
    const before = performance.now() - CHILDREN_WAIT_MS;
    const children: Child[] = [];
    for (const [key, { sinceMs }] of this.#byParent) {
      if (sinceMs > before) break;
      children.push(...this.#take(key));
    }
    return children;
  }

  #take(key: string): readonly Child[] {
    const children = this.#byParent.get(key)?.children ?? [];
    this.#byParent.delete(key);
    this.#size -= children.length;
    return children;
  }
}

function keyOf(cookie: number, sequence: number): string {
  return `${cookie}/${sequence}`;
}
