/** As many as modules name, once each. */
const kept: object[] = [];

/**
 * Keeps an object for as long as the process runs, so that V8 keeps the hidden class it shares with
 * others that were made as it was: with empty columns, by the same constructor.
 *
 * A full collection that finds no object of a hidden class forgets the class, and all machine code
 * that was compiled for such objects with it. Objects that live as long as one batch are gone at most
 * collections: without this, everything that works on columns is interpreted and compiled again after
 * each, which costs as much as the work itself. For modules, when they are loaded.
 */
export function keepShape(example: object): void {
  kept.push(example);
}

const RECENT_OBJECTS = 4;

/**
 * Keeps the last few objects of a kind for the same reason, where no example can be made: those of
 * Node's HTTP. A process that is between two requests when a full collection comes has none of them,
 * and what works on them is interpreted again: a tenth to a fifth of what a gateway costs.
 *
 * They are not to lead to anything large: a listener on them holds what its function can see.
 */
export class RecentObjects {
  readonly #kept: object[] = [];
  #next = 0;

  keep(object: object): void {
    this.#kept[this.#next] = object;
    this.#next = (this.#next + 1) % RECENT_OBJECTS;
  }
}
