import type { TextOfEntry } from './config-fields.ts';
import type { Entry, EntryMap } from './entry.ts';
import { OperatorError } from './operator-error.ts';

export interface LabelsConfig {
  readonly attributes: Readonly<Record<string, TextOfEntry>>;
  readonly resource: Readonly<Record<string, TextOfEntry>>;
}

/** The `attributes` and `resource` that a receiver's configuration adds to each entry. */
export class EntryLabels {
  /** Those that are the same for all entries. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly resource: ReadonlyMap<string, string>;
  /** Whether all of them are. */
  readonly isStatic: boolean;
  readonly #dynamic: readonly { root: 'attributes' | 'resource'; key: string; text: TextOfEntry }[];

  constructor(config: LabelsConfig) {
    const attributes = new Map<string, string>();
    const resource = new Map<string, string>();
    const dynamic: { root: 'attributes' | 'resource'; key: string; text: TextOfEntry }[] = [];
    for (const root of ['attributes', 'resource'] as const) {
      const fixed = root === 'attributes' ? attributes : resource;
      for (const [key, text] of Object.entries(config[root])) {
        if (typeof text === 'string') fixed.set(key, text);
        else dynamic.push({ root, key, text });
      }
    }
    this.attributes = attributes;
    this.resource = resource;
    this.#dynamic = dynamic;
    this.isStatic = dynamic.length === 0;
  }

  /** An expression that cannot be computed leaves its label out; the first problem is returned. */
  apply(entry: Entry): string | undefined {
    for (const [key, text] of this.attributes) entry.attributes.set(key, text);
    for (const [key, text] of this.resource) entry.resource.set(key, text);
    let problem: string | undefined;
    for (const { root, key, text } of this.#dynamic) {
      problem = setDynamic(entry, entry[root], key, text) ?? problem;
    }
    return problem;
  }
}

function setDynamic(
  entry: Entry,
  map: EntryMap,
  key: string,
  text: TextOfEntry,
): string | undefined {
  if (typeof text === 'string') return undefined;
  try {
    map.set(key, text(entry));
    return undefined;
  } catch (error) {
    if (error instanceof OperatorError) return error.message;
    throw error;
  }
}
