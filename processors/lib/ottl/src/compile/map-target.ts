import type { Value, ValueMap } from '../value/value.ts';
import type { Accessor, EditableMap } from './getter.ts';
import { asMap } from './typed-getters.ts';

/** A map that a statement changes: attributes in place, any other map by writing it back. */
export interface MapTarget<C> {
  /** Throws `EvaluationError` where there is no map. */
  edit(cursor: C, change: (map: EditableMap) => void): void;
}

export function mapTarget<C>({ get, set, map }: Accessor<C>): MapTarget<C> {
  if (map !== undefined) return { edit: (cursor, change) => change(map(cursor)) };
  return {
    edit: (cursor, change) => {
      const entries = new EntryMap(asMap(get(cursor)));
      change(entries);
      if (entries.changed) set(cursor, entries.toMap());
    },
  };
}

/** Entries of a map apart from it. */
export class EntryMap implements EditableMap {
  changed = false;
  readonly #keys: string[];
  readonly #values: Value[];

  constructor(map: ValueMap) {
    this.#keys = [...map.keys()];
    this.#values = [...map.values()];
  }

  get size(): number {
    return this.#keys.length;
  }

  keyAt(index: number): string {
    return this.#keys[index] ?? '';
  }

  valueAt(index: number): Value {
    return this.#values[index] ?? null;
  }

  setAt(index: number, value: Value): void {
    this.changed = true;
    this.#values[index] = value;
  }

  removeAt(index: number): void {
    this.changed = true;
    this.#keys.splice(index, 1);
    this.#values.splice(index, 1);
  }

  indexOf(key: string): number {
    return this.#keys.indexOf(key);
  }

  append(key: string, value: Value): void {
    this.changed = true;
    this.#keys.push(key);
    this.#values.push(value);
  }

  clear(): void {
    this.changed = true;
    this.#keys.length = 0;
    this.#values.length = 0;
  }

  toMap(): ValueMap {
    return new Map(this.#keys.map((key, i) => [key, this.valueAt(i)]));
  }
}
