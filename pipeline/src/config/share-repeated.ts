import { type JsonSchema, mapChildren } from './schema-children.ts';

/** Shorter ones are read more easily where they are used. Characters of JSON. */
const SHARED_LENGTH_MIN = 200;

/**
 * The same schema with what it says more than once under `$defs`, named by the key it stands for
 * first: sections such as `tls` are in most components.
 */
export function shareRepeated(schema: JsonSchema): JsonSchema {
  const sharing = new Sharing(schema);
  const root = sharing.rebuild(schema);
  return { ...root, $defs: { ...schema.$defs, ...sharing.definitions } };
}

class Sharing {
  readonly definitions: Record<string, JsonSchema> = {};
  readonly #uses = new Map<string, number>();
  /** Text of what is shared, to its name. */
  readonly #names = new Map<string, string>();

  constructor(schema: JsonSchema) {
    this.#count(schema);
  }

  /** A schema of the same meaning. */
  rebuild(schema: JsonSchema): JsonSchema {
    return mapChildren(schema, (child, key) => this.#place(child, key));
  }

  #count(schema: JsonSchema): void {
    mapChildren(schema, (child) => {
      const text = JSON.stringify(child);
      const before = this.#uses.get(text) ?? 0;
      this.#uses.set(text, before + 1);
      if (before === 0) this.#count(child);
      return child;
    });
  }

  #place(schema: JsonSchema, key: string): JsonSchema {
    const text = JSON.stringify(schema);
    if (text.length < SHARED_LENGTH_MIN || this.#uses.get(text) === 1) return this.rebuild(schema);
    const known = this.#names.get(text);
    if (known !== undefined) return reference(known);
    const name = this.#freeName(key);
    this.#names.set(text, name);
    this.definitions[name] = {};
    this.definitions[name] = this.rebuild(schema);
    return reference(name);
  }

  #freeName(key: string): string {
    const base = key.replaceAll(/[^A-Za-z0-9]+/g, '_');
    for (let number = 1; ; number++) {
      const name = number === 1 ? base : `${base}_${number}`;
      if (!(name in this.definitions)) return name;
    }
  }
}

function reference(name: string): JsonSchema {
  return { $ref: `#/$defs/${name}` };
}
