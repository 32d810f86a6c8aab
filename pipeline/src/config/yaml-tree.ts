import {
  isAlias,
  isScalar,
  isSeq,
  isMap as isYamlMap,
  type LineCounter,
  type ParsedNode,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { type ConfigMap, type ConfigValue, isMap } from './config-value.ts';

/**
 * Nodes that the aliases of a document may unfold to, so that a few lines cannot become gigabytes.
 * The Collector's parser takes as many without asking how many were written out.
 */
const ALIASED_NODES_MAX = 400_000;

/** The text is YAML that cannot be a configuration, or no YAML. */
export class YamlProblem extends Error {
  readonly #offset: number;
  readonly #hint: string | undefined;

  constructor(
    message: string,
    { offset, hint }: { readonly offset: number; readonly hint?: string },
  ) {
    super(message);
    this.name = 'YamlProblem';
    this.#offset = offset;
    this.#hint = hint;
  }

  static tooDeep(offset: number, depthMax: number): YamlProblem {
    const hint = 'maps and lists nest too deep here; is a bracket or an indentation repeated?';
    return new YamlProblem(`yaml: exceeded max depth of ${depthMax}`, { offset, hint });
  }

  static tooLong(offset: number, tokensMax: number): YamlProblem {
    const hint = 'is this another kind of file? several files can be given, each with as much';
    return new YamlProblem(`yaml: document has more than ${tokensMax} tokens`, { offset, hint });
  }

  /** `lines` need not have been filled: a text may be refused before it is parsed. */
  at(
    lines: LineCounter,
    text: string,
  ): {
    readonly line: number;
    readonly column: number;
    readonly hint: string | undefined;
    readonly message: string;
  } {
    const { message } = this;
    const hint = this.#hint;
    if (lines.lineStarts.length > 0) {
      const { line, col } = lines.linePos(this.#offset);
      return { line, column: Math.max(col, 1), hint, message };
    }
    const before = text.slice(0, this.#offset).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, hint, message };
  }
}

export interface TreeOptions {
  readonly lines: LineCounter;
  readonly depthMax: number;
}

/** A value with what it weighs when it is unfolded. */
interface Unfolded {
  readonly value: ConfigValue;
  readonly nodeCount: number;
  /** Maps and lists within each other, itself included. */
  readonly depth: number;
}

/** Of an anchor whose node has not ended yet. */
const OPEN = Symbol('open');

/** The values of a document, aliases and merge keys resolved. Throws `YamlProblem`. */
export function readYamlTree(contents: ParsedNode | null, options: TreeOptions): ConfigValue {
  return new TreeReader(options).read(contents, 1).value;
}

class TreeReader {
  readonly #options: TreeOptions;
  readonly #anchors = new Map<string, Unfolded | typeof OPEN>();
  #aliasedNodes = 0;

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  read(node: unknown, depth: number): Unfolded {
    if (isAlias(node)) return this.#resolve(node.source, node.range?.[0] ?? 0, depth);
    if (isScalar(node)) return this.#anchored(node.anchor, () => scalar(node.value));
    if (isSeq(node)) return this.#anchored(node.anchor, () => this.#list(node, depth));
    if (isYamlMap(node)) return this.#anchored(node.anchor, () => this.#map(node, depth));
    return scalar(null);
  }

  #anchored(anchor: string | undefined, read: () => Unfolded): Unfolded {
    if (anchor === undefined) return read();
    this.#anchors.set(anchor, OPEN);
    const unfolded = read();
    if (this.#anchors.get(anchor) === OPEN) this.#anchors.set(anchor, unfolded);
    return unfolded;
  }

  #resolve(name: string, offset: number, depth: number): Unfolded {
    const found = this.#anchors.get(name);
    if (found === undefined) {
      const hint = `write &${name} before the value that is meant, above its first use`;
      throw new YamlProblem(`yaml: unknown anchor '${name}' referenced`, { offset, hint });
    }
    if (found === OPEN) {
      const hint = `*${name} stands within what &${name} names; name an inner part instead`;
      throw new YamlProblem(`yaml: anchor '${name}' value contains itself`, { offset, hint });
    }
    this.#aliasedNodes += found.nodeCount;
    if (this.#aliasedNodes > ALIASED_NODES_MAX) {
      const hint = `aliases unfold to more than ${ALIASED_NODES_MAX} values`;
      throw new YamlProblem('yaml: document contains excessive aliasing', { offset, hint });
    }
    this.#checkDepth(depth + found.depth - 1, offset);
    return found;
  }

  #checkDepth(depth: number, offset: number): void {
    const { depthMax } = this.#options;
    if (depth > depthMax) throw YamlProblem.tooDeep(offset, depthMax);
  }

  #list(node: YAMLSeq, depth: number): Unfolded {
    const weight = new Weight();
    const value = node.items.map((item) => weight.add(this.read(item, depth + 1)));
    return weight.of(value);
  }

  #map(node: YAMLMap, depth: number): Unfolded {
    const weight = new Weight();
    const map = new Map<string, ConfigValue>();
    const offsets = new Map<string, number>();
    const merges: Merge[] = [];
    for (const { key, value } of node.items) {
      const offset = offsetOf(key);
      if (isMergeKey(key)) {
        merges.push({ offset, value: weight.add(this.read(value, depth + 1)) });
        continue;
      }
      const name = this.#keyOf(key, depth);
      const earlier = offsets.get(name);
      if (earlier !== undefined) throw this.#duplicate(name, earlier, offset);
      offsets.set(name, offset);
      map.set(name, weight.add(this.read(value, depth + 1)));
    }
    for (const merge of merges) mergeInto(map, merge);
    return weight.of(map);
  }

  #keyOf(key: unknown, depth: number): string {
    const { value } = this.read(key, depth + 1);
    if (value !== null && typeof value === 'object') {
      const hint = 'a key is one word or a quoted text';
      throw new YamlProblem('yaml: invalid map key', { offset: offsetOf(key), hint });
    }
    return String(value ?? '');
  }

  #duplicate(name: string, earlier: number, offset: number): YamlProblem {
    const { lines } = this.#options;
    const [first, again] = [lines.linePos(earlier).line, lines.linePos(offset).line];
    const key = JSON.stringify(name);
    return new YamlProblem(
      `yaml: unmarshal errors:\n  line ${again}: mapping key ${key} already defined at line ${first}`,
      { offset },
    );
  }
}

/** Adds up what a collection unfolds to. */
class Weight {
  #nodeCount = 1;
  #depth = 0;

  add({ value, nodeCount, depth }: Unfolded): ConfigValue {
    this.#nodeCount += nodeCount;
    this.#depth = Math.max(this.#depth, depth);
    return value;
  }

  of(value: ConfigValue): Unfolded {
    return { value, nodeCount: this.#nodeCount, depth: this.#depth + 1 };
  }
}

function scalar(value: unknown): Unfolded {
  const known =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { value: known ? value : null, nodeCount: 1, depth: 0 };
}

interface Merge {
  readonly offset: number;
  readonly value: ConfigValue;
}

/** What is written out wins over what is merged, the first of several over the next. */
function mergeInto(map: Map<string, ConfigValue>, { offset, value }: Merge): void {
  for (const source of Array.isArray(value) ? value : [value]) {
    if (!isMap(source)) {
      const hint = '<< takes a map, like *name of one with &name';
      const text = 'yaml: map merge requires map or sequence of maps as the value';
      throw new YamlProblem(text, { offset, hint });
    }
    copyMissing(source, map);
  }
}

function copyMissing(from: ConfigMap, to: Map<string, ConfigValue>): void {
  for (const [key, value] of from) if (!to.has(key)) to.set(key, value);
}

/** `<<` without quotes. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === Scalar.PLAIN;
}

function offsetOf(node: unknown): number {
  return isScalar(node) || isAlias(node) || isSeq(node) || isYamlMap(node)
    ? (node.range?.[0] ?? 0)
    : 0;
}
