import type { AttributeRow } from '@sonde/proto';
import type { EditableMap } from '../compile/getter.ts';
import type { Value, ValueMap } from '../value/value.ts';
import { fromColumns, toColumns } from './row-value.ts';

/** The attributes of the open row, by the text of their keys. */
export class AttributeMap implements EditableMap {
  readonly #editor: AttributeRow;
  readonly #written: () => void;
  /** Ids of keys that were asked for; -1 where the dictionary has none. */
  readonly #ids = new Map<string, number>();

  /** `written` is called before anything is changed. */
  constructor(editor: AttributeRow, written: () => void = nothing) {
    this.#editor = editor;
    this.#written = written;
  }

  get size(): number {
    return this.#editor.count;
  }

  keyAt(index: number): string {
    return this.#editor.keyTextAt(index);
  }

  valueAt(index: number): Value {
    return fromColumns(this.#editor.valueAt(index));
  }

  setAt(index: number, value: Value): void {
    const stored = toColumns(value);
    this.#written();
    this.#editor.set(index, stored);
  }

  removeAt(index: number): void {
    this.#written();
    this.#editor.remove(index);
  }

  indexOf(key: string): number {
    const id = this.#find(key);
    return id === -1 ? -1 : this.#editor.indexOf(id);
  }

  append(key: string, value: Value): void {
    const stored = toColumns(value);
    this.#written();
    this.#editor.append(this.#intern(key), stored);
  }

  clear(): void {
    if (this.size === 0) return;
    this.#written();
    this.#editor.clear();
  }

  /** The first value of a key; nil without one. */
  get(key: string): Value {
    const index = this.indexOf(key);
    return index === -1 ? null : this.valueAt(index);
  }

  /** Whether the first value of a key is the text of these bytes. */
  isText(key: string, bytes: Uint8Array): boolean {
    const index = this.indexOf(key);
    return index !== -1 && this.#editor.isText(index, bytes);
  }

  /** The first value of a key if it is an int64 of few digits, else NaN. */
  shortInteger(key: string): number {
    const index = this.indexOf(key);
    return index === -1 ? Number.NaN : this.#editor.shortInteger(index);
  }

  /** Sets every entry of a key that was sent more than once; adds one where there is none. */
  set(key: string, value: Value): void {
    const id = this.#find(key);
    let index = id === -1 ? -1 : this.#editor.indexOf(id);
    if (index === -1) {
      this.append(key, value);
      return;
    }
    const stored = toColumns(value);
    this.#written();
    for (; index !== -1; index = this.#editor.indexOf(id, index + 1)) {
      this.#editor.set(index, stored);
    }
  }

  toMap(): ValueMap {
    const map: ValueMap = new Map();
    for (let i = 0; i < this.size; i++) {
      const key = this.keyAt(i);
      if (!map.has(key)) map.set(key, this.valueAt(i));
    }
    return map;
  }

  /** Takes the place of what is there. */
  replace(map: ValueMap): void {
    const stored = [...map].map(([key, value]) => [key, toColumns(value)] as const);
    this.clear();
    this.#written();
    for (const [key, value] of stored) this.#editor.append(this.#intern(key), value);
  }

  #intern(key: string): number {
    const known = this.#ids.get(key);
    if (known !== undefined && known !== -1) return known;
    const id = this.#editor.internKey(key);
    this.#ids.set(key, id);
    return id;
  }

  #find(key: string): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#editor.findKey(key);
    this.#ids.set(key, id);
    return id;
  }
}

function nothing(): void {}
