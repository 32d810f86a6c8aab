import { type Entry, type EntryMap, type EntryValue, isMap } from './entry.ts';
import { PATTERN_LENGTH_MAX } from './limits.ts';
import { OperatorError } from './operator-error.ts';

export type FieldRoot = 'body' | 'attributes' | 'resource';

const KEY = /\.([^.[\]]+)|\[(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\]/y;
const ROOT = /^(body|attributes|resource)(?=$|[.[])/;

/** Upstream's text for what is no field. */
export class FieldError extends Error {}

/** A place in an entry: `body`, `body.a.b`, `attributes["a.b"]`, `resource.x`. */
export class Field {
  readonly root: FieldRoot;
  readonly keys: readonly string[];

  constructor(root: FieldRoot, keys: readonly string[]) {
    this.root = root;
    this.keys = keys;
  }

  /** Throws `FieldError`. */
  static parse(text: string): Field {
    if (text.length > PATTERN_LENGTH_MAX) throw new FieldError('a field that is too long');
    const root = ROOT.exec(text)?.[1];
    if (root !== 'body' && root !== 'attributes' && root !== 'resource') {
      throw new FieldError('unrecognized prefix');
    }
    const keys: string[] = [];
    KEY.lastIndex = root.length;
    while (KEY.lastIndex < text.length) {
      const at = KEY.lastIndex;
      const match = KEY.exec(text);
      if (match === null) {
        throw new FieldError(`failed to parse field ${JSON.stringify(text)} at position ${at}`);
      }
      const quoted = match[2] ?? match[3];
      keys.push(match[1] ?? quoted?.replace(/\\(.)/g, '$1') ?? '');
    }
    return new Field(root, keys);
  }

  get isRoot(): boolean {
    return this.keys.length === 0;
  }

  parent(): Field {
    return new Field(this.root, this.keys.slice(0, -1));
  }

  child(key: string): Field {
    return new Field(this.root, [...this.keys, key]);
  }

  toString(): string {
    return (
      this.root + this.keys.map((key) => (key.includes('.') ? `["${key}"]` : `.${key}`)).join('')
    );
  }

  /** Undefined where there is none. */
  get(entry: Entry): EntryValue | undefined {
    let value: EntryValue | undefined = entry[this.root];
    for (const key of this.keys) {
      if (!isMap(value)) return undefined;
      value = value.get(key);
    }
    return value;
  }

  /** A map is merged into the map that is there, as upstream does; maps on the way are made. */
  set(entry: Entry, value: EntryValue): void {
    if (isMap(value)) {
      const target = this.#mapAt(entry, this.keys);
      for (const [key, member] of value) target.set(key, member);
      return;
    }
    const last = this.keys.at(-1);
    if (last !== undefined) {
      this.#mapAt(entry, this.keys.slice(0, -1)).set(last, value);
    } else if (this.root === 'body') {
      entry.body = value;
    } else {
      throw new OperatorError(`cannot set ${this.root} root`);
    }
  }

  /** What was there; undefined for nothing. */
  delete(entry: Entry): EntryValue | undefined {
    const value = this.get(entry);
    if (value === undefined) return undefined;
    const last = this.keys.at(-1);
    if (last === undefined) {
      if (this.root === 'body') entry.body = null;
      else entry[this.root] = new Map();
      return value;
    }
    const parent = this.parent().get(entry);
    if (isMap(parent)) parent.delete(last);
    return value;
  }

  #mapAt(entry: Entry, keys: readonly string[]): EntryMap {
    let map: EntryMap;
    if (this.root === 'body') {
      map = isMap(entry.body) ? entry.body : new Map();
      entry.body = map;
    } else {
      map = entry[this.root];
    }
    for (const key of keys) {
      const child = map.get(key);
      const next: EntryMap = isMap(child) ? child : new Map();
      if (next !== child) map.set(key, next);
      map = next;
    }
    return map;
  }
}
