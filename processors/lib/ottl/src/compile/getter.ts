import type { Value } from '../value/value.ts';

/**
 * What every cursor over rows tells. A getter is asked with the cursor standing on a row; it keeps
 * nothing of the cursor.
 */
export interface Cursor {
  /**
   * Another number for every resource that the cursor meets and whenever that resource is written to:
   * what depends on the resource alone is computed once a number.
   */
  readonly resourceEpoch: number;
}

/** Computes something of the row that the cursor stands on. May throw `EvaluationError`. */
export type Getter<C, T = Value> = (cursor: C) => T;

/** How often a value can change: never, with the resource, with every row. */
export const Level = { constant: 0, resource: 1, row: 2 } as const;
export type Level = (typeof Level)[keyof typeof Level];

export function highestLevel(parts: readonly { readonly level: Level }[]): Level {
  let level: Level = Level.constant;
  for (const part of parts) if (part.level > level) level = part.level;
  return level;
}

/** What can be said of a value where it lies, without making one. */
export interface InPlace<C> {
  /** Whether it is that text. */
  readonly isText: (text: string) => Getter<C, boolean>;
  /** An int64 of few digits; NaN for every other value. */
  readonly shortInteger: Getter<C, number>;
}

/** An expression ready to be asked. */
export interface Compiled<C> {
  readonly get: Getter<C>;
  readonly level: Level;
  readonly inPlace?: InPlace<C>;
  /** The value where it stands in the text. */
  readonly literal?: Value;
}

/** A path ready to be read and written. */
export interface Accessor<C> {
  readonly level: Level;
  readonly get: Getter<C>;
  readonly inPlace?: InPlace<C>;
  /** Throws `EvaluationError` for a value that the path does not take. */
  readonly set: (cursor: C, value: Value) => void;
  /** The map that lies there, where it can be changed in place. */
  readonly map?: (cursor: C) => EditableMap;
}

/**
 * A map as its entries, in order: what editors work on. Changing it changes the row (or what a
 * `MapTarget` writes back). Places change when entries before them are removed.
 */
export interface EditableMap {
  readonly size: number;
  keyAt(index: number): string;
  valueAt(index: number): Value;
  setAt(index: number, value: Value): void;
  removeAt(index: number): void;
  /** The place of the first entry of that key, or -1. */
  indexOf(key: string): number;
  /** Adds an entry behind the others; the key is not there yet. */
  append(key: string, value: Value): void;
  clear(): void;
}
