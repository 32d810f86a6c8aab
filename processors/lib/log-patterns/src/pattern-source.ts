import type { Door } from './door.ts';
import { type HeaderLayout, HeaderLearner, NO_HEADER, sameLayout } from './header-layout.ts';
import type { Leaf } from './leaf.ts';
import type { LeafNews } from './leaf-news.ts';
import { LeafTable } from './leaf-table.ts';
import { Masks } from './masks.ts';
import { Recall } from './recall.ts';

/** Line numbers at which the layout is learned; then every `RELEARN_LINES`. */
const LEARN_AT: readonly number[] = [16, 64, 256, 1024, 4096, 16384];
const RELEARN_LINES = 65_536;
/** The first lines are all looked at, as are those after a change. */
const OBSERVE_LINES = 2048;
/** A shape of an unlabelled stream has shown by then whether it has a header. */
const SHAPE_LINES_MIN = 64;
/** At the end of a stream so many lines may show it; fewer are alike by chance. */
const SHAPE_LINES_LATE_MIN = 4;
/** A window in which more than half of the lines lack the header means that it has changed. */
const DRIFT_LINES = 1024;
const RELEARN_AFTER_LINES = 256;

/** Leaves that are new since the last grouping and make another worth it, with a third of all. */
const FRESH_MIN = 64;
const FRESH_SHARE = 3;
/** Few new leaves wait for so many lines. */
const WAIT_LINES = 4096;

/** What one source (a service, container, file) has: its header's layout and its leaves. */
export class PatternSource {
  readonly key: string;
  lines = 0;
  /** Grouped or added to last, by the miner's count of lines: the coldest source goes first. */
  lastUsed = 0;
  learner: HeaderLearner = new HeaderLearner();
  layout: HeaderLayout = NO_HEADER;
  /** Lines are all looked at for the layout up to this one. */
  observeUntil: number = OBSERVE_LINES;
  #missing = 0;
  nextLearn: number = LEARN_AT[0];
  #learned = 0;

  /** What is known of lines (`KnownLines`) is by this number; 0: another one is needed. */
  epoch = 0;
  readonly known: Recall = new Recall();

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

  /** Undefined where nobody asks. */
  readonly news: LeafNews | undefined;
  readonly #door: Door;

  /** Sources by the shape of a line, of a stream that is not labelled. */
  shapes: Map<number, PatternSource> | undefined;
  /** Of such a shape: the stream. */
  parent: PatternSource | undefined;
  /** Of such a shape that turned out to have no header: lines go here. */
  givenTo: PatternSource | undefined;

  constructor(key: string, door: Door, news?: LeafNews) {
    this.key = key;
    this.#door = door;
    this.news = news;
  }

  add(leaf: Leaf): void {
    const slot = this.#free.pop() ?? this.leaves.length;
    this.leaves[slot] = leaf;
    leaf.slot = slot;
    this.table.set(leaf.a, leaf.b, slot);
    this.live++;
    this.#door.live++;
    this.fresh++;
  }

  remove(leaf: Leaf): void {
    if (leaf.slot < 0) return;
    this.epoch = 0;
    this.table.delete(leaf.a, leaf.b);
    this.leaves[leaf.slot] = undefined;
    this.#free.push(leaf.slot);
    leaf.slot = -1;
    this.live--;
    this.#door.live--;
  }

  /** Takes a leaf out that a general one stands for: it was no noise. */
  fold(leaf: Leaf): void {
    this.#door.left(leaf);
    this.remove(leaf);
  }

  /** Concrete leaves fold into it from now on. */
  makeGeneral(leaf: Leaf): void {
    leaf.isGeneral = true;
  }

  liveLeaves(): Leaf[] {
    return this.leaves.filter((leaf) => leaf !== undefined);
  }

  /** Empties it; gives back the leaves that were there. */
  takeLeaves(): Leaf[] {
    const taken = this.liveLeaves();
    this.epoch = 0;
    for (const leaf of taken) {
      leaf.slot = -1;
      this.#door.left(leaf);
    }
    this.#door.live -= taken.length;
    this.leaves = [];
    this.#free = [];
    this.table = new LeafTable();
    this.masks = new Masks();
    this.live = 0;
    this.fresh = 0;
    return taken;
  }

  /** At the end of a stream: it came to no decision about its header. */
  get learnsLate(): boolean {
    if (this.shapes !== undefined || this.givenTo !== undefined) return false;
    if (this.parent !== undefined) return this.lines < SHAPE_LINES_MIN;
    return this.lines > 0 && this.#learned === 0;
  }

  /**
   * Learns the layout from what was counted; true when leaves have to be cut anew. Of a shape it
   * decides whether it has a header or is given to its stream.
   */
  learn(isLate: boolean): boolean {
    const { layout, lines, parent } = this;
    const isFew = parent !== undefined && lines < SHAPE_LINES_LATE_MIN;
    this.layout = isFew ? NO_HEADER : this.learner.learn(isLate);
    this.#scheduleLearning();
    if (lines % RELEARN_LINES === 0) this.learner.decay();
    if (parent !== undefined && (lines >= SHAPE_LINES_MIN || isLate)) {
      const hasHeader = this.layout.columns > 0 || this.layout.anchor !== 'none';
      this.givenTo = hasHeader ? undefined : parent;
    }
    return this.givenTo !== undefined || !sameLayout(layout, this.layout);
  }

  needsGrouping(): boolean {
    const { fresh } = this;
    if (fresh === 0) return false;
    if (fresh >= FRESH_MIN && fresh * FRESH_SHARE > this.live) return true;
    return this.lines - this.#groupedAt >= WAIT_LINES && fresh * FRESH_SHARE > this.live;
  }

  /** Lines are refused as noise: values that nobody has found yet would look the same. */
  get mayHoldValues(): boolean {
    return this.fresh >= FRESH_MIN && !this.isQueued;
  }

  grouped(): void {
    this.fresh = 0;
    this.#groupedAt = this.lines;
  }

  /** Tells whether a line had its header; where most have not, the layout is learned anew. */
  countHeader(isMatching: boolean): void {
    if (!isMatching) this.#missing++;
    if (this.lines % DRIFT_LINES !== 0) return;
    if (this.#missing * 2 > DRIFT_LINES) {
      this.learner = new HeaderLearner();
      this.observeUntil = this.lines + OBSERVE_LINES;
      this.nextLearn = this.lines + RELEARN_AFTER_LINES;
    }
    this.#missing = 0;
  }

  /** The next line number at which to learn. */
  #scheduleLearning(): void {
    this.#learned++;
    this.nextLearn =
      LEARN_AT[this.#learned] ?? (Math.floor(this.lines / RELEARN_LINES) + 1) * RELEARN_LINES;
  }
}
