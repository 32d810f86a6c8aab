import { type HeaderLayout, HeaderLearner, NO_HEADER } from './header-layout.ts';
import type { Leaf } from './leaf.ts';
import { LeafTable } from './leaf-table.ts';
import { Masks } from './masks.ts';
import { TOKENS_MAX } from './token-list.ts';

/** Line numbers at which the layout is learned; then every `RELEARN_LINES`. */
const LEARN_AT: readonly number[] = [16, 64, 256, 1024, 4096, 16384];
export const RELEARN_LINES = 65_536;
/** Leaves that are new since the last grouping and make another worth it, with a third of all. */
const FRESH_MIN = 64;
const FRESH_SHARE = 3;
/** Few new leaves wait for so many lines. */
const WAIT_LINES = 4096;

/** Leaves of one length that were seen once: more are noise, and wait to be seen twice. */
const SINGLES_MAX = 256;
const DOOR_SLOTS = 2048;

/** What one source (a service, container, file) has: its header's layout and its leaves. */
export class PatternSource {
  readonly key: string;
  lines = 0;
  /** Grouped or added to last, by the miner's count of lines: the coldest source goes first. */
  lastUsed = 0;
  learner: HeaderLearner = new HeaderLearner();
  layout: HeaderLayout = NO_HEADER;
  nextLearn: number = LEARN_AT[0];
  #learned = 0;

  table: LeafTable = new LeafTable();
  masks: Masks = new Masks();
  /** Live leaves by slot; free slots are undefined and listed. */
  leaves: (Leaf | undefined)[] = [];
  #free: number[] = [];
  live = 0;
  fresh = 0;
  #groupedAt = 0;
  /** A job of this source waits or runs. */
  isQueued = false;

  readonly #singles: Uint16Array = new Uint16Array(TOKENS_MAX + 4);
  #door: Int32Array | undefined;

  /** Sources by the shape of a line, of a stream that is not labelled. */
  shapes: Map<number, PatternSource> | undefined;
  /** Of such a shape that turned out to have no header: lines go here. */
  givenTo: PatternSource | undefined;

  constructor(key: string) {
    this.key = key;
  }

  add(leaf: Leaf): void {
    const slot = this.#free.pop() ?? this.leaves.length;
    this.leaves[slot] = leaf;
    leaf.slot = slot;
    this.table.set(leaf.a, leaf.b, slot);
    this.live++;
    this.fresh++;
  }

  remove(leaf: Leaf): void {
    if (leaf.slot < 0) return;
    this.table.delete(leaf.a, leaf.b);
    this.leaves[leaf.slot] = undefined;
    this.#free.push(leaf.slot);
    leaf.slot = -1;
    this.live--;
    if (leaf.count === 1) this.countSingle(leaf, -1);
  }

  /** A leaf was seen for the first time (+1), or a second time or never more (-1). */
  countSingle(leaf: Leaf, change: 1 | -1): void {
    if (leaf.isGeneral) return;
    this.#singles[leaf.signature.kinds.length] += change;
  }

  liveLeaves(): Leaf[] {
    return this.leaves.filter((leaf) => leaf !== undefined);
  }

  /** Empties it; gives back the leaves that were there. */
  takeLeaves(): Leaf[] {
    const taken = this.liveLeaves();
    for (const leaf of taken) leaf.slot = -1;
    this.leaves = [];
    this.#free = [];
    this.table = new LeafTable();
    this.masks = new Masks();
    this.live = 0;
    this.fresh = 0;
    this.#singles.fill(0);
    return taken;
  }

  /**
   * Whether a new leaf may be made. Where very many lines of a length come once, a signature has to
   * come twice; the table of those that came is small and forgets.
   */
  admits(a: number, b: number, length: number): boolean {
    if (this.#singles[length] < SINGLES_MAX) return true;
    this.#door ??= new Int32Array(DOOR_SLOTS);
    const slot = b & (DOOR_SLOTS - 1);
    const isKnown = this.#door[slot] === a;
    this.#door[slot] = a;
    return isKnown;
  }

  needsGrouping(): boolean {
    const { fresh } = this;
    if (fresh === 0) return false;
    if (fresh >= FRESH_MIN && fresh * FRESH_SHARE > this.live) return true;
    return this.lines - this.#groupedAt >= WAIT_LINES && fresh * FRESH_SHARE > this.live;
  }

  grouped(): void {
    this.fresh = 0;
    this.#groupedAt = this.lines;
  }

  /** The next line number at which to learn. */
  scheduleLearning(): void {
    this.#learned++;
    this.nextLearn =
      LEARN_AT[this.#learned] ?? (Math.floor(this.lines / RELEARN_LINES) + 1) * RELEARN_LINES;
  }
}
