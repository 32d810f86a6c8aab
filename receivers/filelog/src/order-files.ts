import { type ReadTimestamp, timestampReader } from '@sonde/log-operators';
import type { OrderingConfig, SortConfig } from './ordering-config.ts';

/** A path with what its name says. */
interface Candidate {
  readonly path: string;
  readonly groups: ReadonlyMap<string, string>;
}

type Mtime = (path: string) => number | undefined;

/** Sorts files by what their names say, and keeps the first of each group. */
export class FileOrder {
  readonly #config: OrderingConfig;
  readonly #readers: readonly (ReadTimestamp | undefined)[];

  /** Throws `RangeError` or `Error` for a layout or location that is none. */
  constructor(config: OrderingConfig) {
    this.#config = config;
    this.#readers = config.sort_by.map(({ sort_type: type, layout, location }) =>
      type === 'timestamp' ? timestampReader(layout, location) : undefined,
    );
  }

  /** `mtimeOf` gives milliseconds since the epoch; undefined for a file that went away. */
  top(paths: readonly string[], mtimeOf: Mtime): readonly string[] {
    const byGroup = new Map<string, Candidate[]>();
    for (const path of paths) {
      const candidate = this.#candidate(path);
      if (candidate === undefined) continue;
      const group = this.#config.group_by?.findGroups(path)?.join('\0') ?? '';
      const members = byGroup.get(group);
      if (members === undefined) byGroup.set(group, [candidate]);
      else members.push(candidate);
    }
    return [...byGroup.values()].flatMap((members) => this.#best(members, mtimeOf));
  }

  #candidate(path: string): Candidate | undefined {
    const { regex } = this.#config;
    if (regex === undefined) return { path, groups: new Map() };
    const values = regex.findGroups(path);
    if (values === undefined) return undefined;
    return { path, groups: new Map(regex.groupNames.map((name, i) => [name, values[i] ?? ''])) };
  }

  #best(members: readonly Candidate[], mtimeOf: Mtime): readonly string[] {
    let sorted = members;
    for (const [index, sort] of this.#config.sort_by.entries()) {
      const keyed = sorted
        .map((candidate) => ({ candidate, key: this.#key(candidate, index, mtimeOf) }))
        .filter(({ key }) => isKey(key, sort));
      keyed.sort((a, b) => compareKeys(a.key, b.key) * (sort.ascending ? 1 : -1));
      sorted = keyed.map(({ candidate }) => candidate);
    }
    return sorted.slice(0, this.#config.top_n).map(({ path }) => path);
  }

  #key(candidate: Candidate, index: number, mtimeOf: Mtime): number | string | undefined {
    const sort = this.#config.sort_by[index];
    const text = candidate.groups.get(sort?.regex_key ?? '') ?? '';
    switch (sort?.sort_type) {
      case 'numeric':
        return /^[-+]?[0-9]+$/.test(text) ? Number(text) : undefined;
      case 'timestamp':
        return this.#readers[index]?.(text);
      case 'mtime':
        return mtimeOf(candidate.path);
      default:
        return text;
    }
  }
}

/** What has no key cannot be sorted and is left out, as upstream; so is what is too old. */
function isKey(key: number | string | undefined, sort: SortConfig): boolean {
  if (key === undefined) return false;
  const isOld = sort.sort_type === 'mtime' && sort.max_time > 0;
  return !isOld || (typeof key === 'number' && Date.now() - key <= sort.max_time);
}

function compareKeys(a: number | string | undefined, b: number | string | undefined): number {
  if (a === undefined || b === undefined || a === b) return 0;
  return a < b ? -1 : 1;
}
