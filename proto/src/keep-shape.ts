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
