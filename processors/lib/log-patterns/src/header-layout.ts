import { COLUMN_CLASSES, COLUMNS_MAX, ColumnClass, type HeaderColumns } from './header-columns.ts';
import { foldedHash } from './word-hash.ts';

/** Where a source's lines have their header: learned from classes of columns, immutable. */
export interface HeaderLayout {
  /** Columns of the header; 0 when there is none. */
  readonly columns: number;
  /** Bits of the classes that a column may have; 0 is any. */
  readonly fixed: Uint16Array;
  readonly isTime: Uint8Array;
  /** Columns by which a line is known to have the header: times and levels. */
  readonly strong: readonly number[];
  /** Columns whose class is looked at on the fast path. */
  readonly checked: Uint8Array;
  /** What ends the header within a few columns behind `columns`. */
  readonly anchor: 'none' | 'prefix' | 'mark';
}

export const NO_HEADER: HeaderLayout = {
  columns: 0,
  fixed: new Uint16Array(COLUMNS_MAX),
  isTime: new Uint8Array(COLUMNS_MAX),
  strong: [],
  checked: new Uint8Array(COLUMNS_MAX),
  anchor: 'none',
};

/** How far behind the last column an anchor is looked for. */
export const ANCHOR_COLUMNS = 4;
/** Free columns between fixed ones. */
const GAP_COLUMNS_MAX = 2;
const SURE = 0.95;
const LIKELY = 0.9;
/** A mark longer than this is no dash. */
const DASH_BYTES_MAX = 2;

const PREFIX_BIT = 1 << ColumnClass.prefix;
const LEVEL_BIT = 1 << ColumnClass.level;
const MARK_BIT = 1 << ColumnClass.mark;

export function sameLayout(a: HeaderLayout, b: HeaderLayout): boolean {
  return (
    a.columns === b.columns &&
    a.anchor === b.anchor &&
    a.fixed.every((bits, column) => bits === b.fixed[column])
  );
}

/** Counts what the columns of a source's lines are; some kilobytes a source. */
export class HeaderLearner {
  #lines = 0;
  readonly #classes: Uint32Array = new Uint32Array(COLUMNS_MAX * COLUMN_CLASSES);
  readonly #times: Uint32Array = new Uint32Array(COLUMNS_MAX);
  /** Lines with a prefix (a dash) in the columns from here on, as far as an anchor may stand. */
  readonly #prefixAhead: Uint32Array = new Uint32Array(COLUMNS_MAX);
  readonly #dashAhead: Uint32Array = new Uint32Array(COLUMNS_MAX);
  /** Majority vote (Boyer and Moore) for a column that is always the same. */
  readonly #candidate: Int32Array = new Int32Array(COLUMNS_MAX);
  readonly #votes: Uint32Array = new Uint32Array(COLUMNS_MAX);

  get lines(): number {
    return this.#lines;
  }

  /** `columns` were split with `COLUMNS_MAX`. */
  observe(bytes: Uint8Array, columns: HeaderColumns): void {
    this.#lines++;
    let prefix = COLUMNS_MAX + ANCHOR_COLUMNS;
    let dash = prefix;
    for (let column = columns.count - 1; column >= 0; column--) {
      const kind = columns.kind[column];
      const [from, to] = [columns.start[column], columns.end[column]];
      this.#classes[column * COLUMN_CLASSES + kind]++;
      this.#times[column] += columns.isTime[column];
      this.#vote(column, foldedHash(bytes, from, to));
      if (kind === ColumnClass.prefix) prefix = column;
      else if (kind === ColumnClass.mark && to - from <= DASH_BYTES_MAX) dash = column;
      if (prefix - column < ANCHOR_COLUMNS) this.#prefixAhead[column]++;
      if (dash - column < ANCHOR_COLUMNS) this.#dashAhead[column]++;
    }
  }

  #vote(column: number, hash: number): void {
    if (this.#votes[column] === 0) {
      this.#candidate[column] = hash;
      this.#votes[column] = 1;
    } else if (this.#candidate[column] === hash) {
      this.#votes[column]++;
    } else {
      this.#votes[column]--;
    }
  }

  /** Takes in what another process counted of the same source. */
  add(other: HeaderLearner): void {
    this.#lines += other.#lines;
    for (const [own, theirs] of [
      [this.#classes, other.#classes],
      [this.#times, other.#times],
      [this.#prefixAhead, other.#prefixAhead],
      [this.#dashAhead, other.#dashAhead],
    ] as const) {
      for (let i = 0; i < own.length; i++) own[i] += theirs[i];
    }
    for (let column = 0; column < COLUMNS_MAX; column++) {
      if (this.#candidate[column] === other.#candidate[column]) {
        this.#votes[column] += other.#votes[column];
      } else {
        const difference = this.#votes[column] - other.#votes[column];
        if (difference < 0) this.#candidate[column] = other.#candidate[column];
        this.#votes[column] = Math.abs(difference);
      }
    }
  }

  /** What was long ago counts half: a source's layout may change. */
  decay(): void {
    this.#lines >>>= 1;
    for (const counts of [
      this.#classes,
      this.#times,
      this.#prefixAhead,
      this.#dashAhead,
      this.#votes,
    ]) {
      for (let i = 0; i < counts.length; i++) counts[i] >>>= 1;
    }
  }

  /** `needsTime`: of few lines a level alone proves nothing. */
  learn(needsTime = false): HeaderLayout {
    const found = Array.from({ length: COLUMNS_MAX }, (_, column) => this.#columnOf(column));
    // Without a time or a level it is no header: a message stays whole.
    const hasTime = this.#times.some((times) => times >= this.#lines * LIKELY);
    if (!found.some(({ gates }) => gates) || (needsTime && !hasTime)) return NO_HEADER;
    let end = 0;
    let gap = 0;
    for (let column = 0; column < COLUMNS_MAX; column++) {
      const { bits } = found[column];
      if (bits === 0) {
        gap++;
        if (gap > GAP_COLUMNS_MAX) break;
        continue;
      }
      end = column + 1;
      gap = 0;
      if (bits === PREFIX_BIT) break;
    }
    while (end > 0 && (found[end - 1].isSoft || found[end - 1].bits === 0)) end--;
    if (this.#isWholeLine(end)) {
      // One statement alone: its words look like a header's. What is behind times and levels is its own.
      while (end > 0 && !found[end - 1].gates) end--;
      if (this.#isWholeLine(end)) return NO_HEADER;
    }
    return this.#layoutOf(found, end);
  }

  /** Most lines have no column behind: no header leaves nothing of a line. */
  #isWholeLine(end: number): boolean {
    if (end >= COLUMNS_MAX) return true;
    let lines = 0;
    for (let kind = 0; kind < COLUMN_CLASSES; kind++) {
      lines += this.#classes[end * COLUMN_CLASSES + kind];
    }
    return lines * 2 < this.#lines;
  }

  #layoutOf(found: readonly FoundColumn[], end: number): HeaderLayout {
    const fixed = Uint16Array.from(found, ({ bits }) => bits);
    const isTime = new Uint8Array(COLUMNS_MAX);
    const checked = new Uint8Array(COLUMNS_MAX);
    const strong: number[] = [];
    for (let column = 0; column < end; column++) {
      const bits = fixed[column];
      const ofTime = bits !== 0 && this.#times[column] >= this.#lines * LIKELY;
      if (ofTime) isTime[column] = 1;
      if (ofTime || bits === LEVEL_BIT) strong.push(column);
      const isMark = bits === MARK_BIT && (column === end - 1 || column < 2);
      if (ofTime || bits === LEVEL_BIT || bits === PREFIX_BIT || isMark) checked[column] = 1;
    }
    if (strong.length === 0) checked[0] = 1;
    const anchor = end > 0 && fixed[end - 1] === PREFIX_BIT ? 'none' : this.#anchorAt(end);
    return { columns: end, fixed, isTime, strong, checked, anchor };
  }

  #anchorAt(column: number): HeaderLayout['anchor'] {
    if (column >= COLUMNS_MAX) return 'none';
    if (this.#prefixAhead[column] >= this.#lines * LIKELY) return 'prefix';
    return this.#dashAhead[column] >= this.#lines * LIKELY ? 'mark' : 'none';
  }

  #columnOf(column: number): FoundColumn {
    const lines = this.#lines;
    const share = (...kinds: readonly number[]): number => {
      let sum = 0;
      for (const kind of kinds) sum += this.#classes[column * COLUMN_CLASSES + kind];
      return sum / lines;
    };
    const is = (...kinds: readonly number[]): FoundColumn => ({
      bits: kinds.reduce((bits, kind) => bits | (1 << kind), 0),
      isSoft: false,
      gates: this.#times[column] >= lines * LIKELY || kinds[0] === ColumnClass.level,
    });
    const { none, number, mixed, level, bracketed, prefix, mark, name, dotted, word } = ColumnClass;
    if (share(level) >= LIKELY) return is(level);
    for (const kind of [number, bracketed, mark, name]) if (share(kind) >= SURE) return is(kind);
    if (share(prefix) >= LIKELY) return is(prefix);
    if (share(number, mixed) >= SURE) return { ...is(number, mixed), isSoft: true };
    if (share(dotted, level) >= SURE) return is(dotted, level);
    if (this.#votes[column] >= lines * LIKELY) {
      return { ...is(word, dotted, mixed, number), isSoft: true };
    }
    return { ...is(none), bits: 0 };
  }
}

interface FoundColumn {
  readonly bits: number;
  /** Says nothing about grouping where it stands last. */
  readonly isSoft: boolean;
  /** A time or a level: there is a header. */
  readonly gates: boolean;
}
