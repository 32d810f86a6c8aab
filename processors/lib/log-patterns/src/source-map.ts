import type { Door } from './door.ts';
import { LeafNews } from './leaf-news.ts';
import type { MinerOptions } from './miner-options.ts';
import { PatternSource } from './pattern-source.ts';

const SHAPES_MAX = 256;

/** The sources of a miner by their keys; where there is no room the one silent longest goes. */
export class SourceMap {
  /** Leaves that went with their sources. */
  dropped = 0;
  readonly #byKey = new Map<string, PatternSource>();
  readonly #door: Door;
  readonly #options: Required<MinerOptions>;

  constructor(door: Door, options: Required<MinerOptions>) {
    this.#door = door;
    this.#options = options;
  }

  /** Made when it is new; `isMixed`: a stream of many sources that is not labelled. */
  get(key: string, isMixed: boolean): PatternSource {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (this.#byKey.size >= this.#options.sourcesMax) this.#dropColdest();
    const news = this.#options.hasNews ? new LeafNews() : undefined;
    const source = new PatternSource(key, this.#door, news);
    if (isMixed) source.shapes = new Map();
    this.#byKey.set(key, source);
    return source;
  }

  /** Of a stream that is not labelled: what stands for lines of a shape (`lineShape`). */
  ofShape(common: PatternSource, shape: number): PatternSource {
    const { shapes } = common;
    if (shape < 0 || shapes === undefined) return common;
    const known = shapes.get(shape);
    if (known !== undefined) return known;
    if (shapes.size >= SHAPES_MAX) return common;
    const source = new PatternSource(`shape ${shape}`, this.#door, common.news);
    source.parent = common;
    shapes.set(shape, source);
    return source;
  }

  /** Sources, and those that shapes of unlabelled lines stand for. */
  *all(): Iterable<PatternSource> {
    for (const source of this.#byKey.values()) {
      yield source;
      if (source.shapes !== undefined) yield* source.shapes.values();
    }
  }

  /** The source with most leaves, or `first`. */
  largest(first: PatternSource): PatternSource {
    let largest = first;
    for (const other of this.all()) if (other.live > largest.live) largest = other;
    return largest;
  }

  #dropColdest(): void {
    let coldest: PatternSource | undefined;
    for (const source of this.#byKey.values()) {
      if (source.isQueued) continue;
      if (coldest === undefined || source.lastUsed < coldest.lastUsed) coldest = source;
    }
    if (coldest === undefined) return;
    const gone = coldest.takeLeaves();
    for (const shape of coldest.shapes?.values() ?? []) gone.push(...shape.takeLeaves());
    for (const leaf of gone) leaf.exemplar = '';
    this.dropped += gone.length;
    this.#byKey.delete(coldest.key);
  }
}
