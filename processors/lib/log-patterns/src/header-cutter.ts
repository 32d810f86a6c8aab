import { hasControl } from './byte-class.ts';
import { COLUMNS_MAX, ColumnClass, HeaderColumns, isGap } from './header-columns.ts';
import { ANCHOR_COLUMNS, type HeaderLayout } from './header-layout.ts';
import { severityOf } from './severity.ts';

const LEVEL_BIT = 1 << ColumnClass.level;
const PREFIX_BIT = 1 << ColumnClass.prefix;
const MARK_BIT = 1 << ColumnClass.mark;
const SOFT_BITS = (1 << ColumnClass.mixed) | (1 << ColumnClass.dotted) | (1 << ColumnClass.word);
/** Columns before a clock that are of its date: a month, a day, glog's `I0102`. */
const DATE_BITS = (1 << ColumnClass.name) | (1 << ColumnClass.number) | (1 << ColumnClass.level);
const TIME_BYTES_MIN = 6;

/** Finds where a line's message begins, by its source's layout. */
export class HeaderCutter {
  readonly columns: HeaderColumns = new HeaderColumns();
  /** Columns before the message. */
  cutColumns = 0;
  /** Whether the line had the header that its source's lines have; true where they have none. */
  isMatching = true;
  /** An escape or a line's end stands in the header. */
  hasControl = false;

  /** Where the message begins; `from` when the line has no such header. */
  cut(layout: HeaderLayout, bytes: Uint8Array, from: number, to: number): number {
    this.cutColumns = 0;
    this.isMatching = true;
    this.hasControl = false;
    if (layout.columns === 0 && layout.anchor === 'none') return from;
    if (layout.anchor === 'none') {
      this.columns.hasControl = false;
      const body = this.#fast(layout, bytes, from, to);
      this.hasControl = this.columns.hasControl;
      if (body >= 0) return body;
    }
    const body = this.#slow(layout, bytes, from, to);
    this.hasControl = hasControl(bytes, from, body);
    return body;
  }

  /** The common case: the layout's columns, of which times, levels, anchors are looked at; else -1. */
  #fast(layout: HeaderLayout, bytes: Uint8Array, from: number, to: number): number {
    const { columns } = this;
    let at = from;
    for (let column = 0; column < layout.columns; column++) {
      while (at < to && isGap(bytes[at])) at++;
      if (at >= to) return -1;
      const end = columns.endOf(bytes, at, to);
      columns.start[column] = at;
      columns.end[column] = end;
      if (layout.checked[column] === 1 && !this.#matches(layout, bytes, column)) return -1;
      at = end;
    }
    if (at >= to) return -1;
    this.cutColumns = layout.columns;
    return skipMarks(bytes, at, to);
  }

  #matches(layout: HeaderLayout, bytes: Uint8Array, column: number): boolean {
    const from = this.columns.start[column];
    const to = this.columns.end[column];
    const bits = layout.fixed[column];
    if (layout.isTime[column] === 1) {
      const first = bytes[from];
      return to - from >= TIME_BYTES_MIN && ((first >= 48 && first < 58) || first === 91);
    }
    if (bits === LEVEL_BIT) return levelIn(bytes, from, to) > 0;
    if (bits === PREFIX_BIT) {
      return to - from >= 3 && (bytes[to - 1] === 58 || bytes[to - 1] === 93);
    }
    if (bits === MARK_BIT) return to - from <= 2 && !hasWordByte(bytes, from, to);
    return true;
  }

  #slow(layout: HeaderLayout, bytes: Uint8Array, from: number, to: number): number {
    const { columns } = this;
    const { columns: expected, fixed, anchor } = layout;
    const limit = Math.min(COLUMNS_MAX, expected + ANCHOR_COLUMNS);
    columns.find(bytes, from, to, limit);
    const isStrong = this.#isStrong(layout, bytes);
    this.isMatching = isStrong || layout.strong.length === 0;
    let end = from;
    let column = 0;
    for (; column < expected && column < columns.count; column++) {
      const bits = fixed[column];
      const kind = bits === 0 ? 0 : columns.kindAt(bytes, column);
      if (bits !== 0 && (bits & (1 << kind)) === 0) {
        if (bits === PREFIX_BIT || (bits === MARK_BIT && column === expected - 1)) {
          const found = this.#find(bits, bytes, column);
          if (found >= 0) return this.#bodyBehind(bytes, found, to);
          if (column > 1) return this.#bodyAt(bytes, end, to, column);
        }
        const isLoose =
          isStrong ||
          (column <= 1 && bits === MARK_BIT) ||
          ((bits & SOFT_BITS) !== 0 && ((1 << kind) & SOFT_BITS) !== 0);
        if (!isLoose) break;
      }
      end = columns.end[column];
    }
    if (column === expected && anchor !== 'none') {
      const found = this.#find(anchor === 'prefix' ? PREFIX_BIT : MARK_BIT, bytes, expected);
      if (found >= 0) return this.#bodyBehind(bytes, found, to);
    }
    if (end < to) return this.#bodyAt(bytes, end, to, column);
    // Nothing would be left: the last column is the message.
    if (column === 0) return from;
    this.cutColumns = column - 1;
    return columns.start[column - 1];
  }

  #bodyBehind(bytes: Uint8Array, column: number, to: number): number {
    return this.#bodyAt(bytes, this.columns.end[column], to, column + 1);
  }

  #bodyAt(bytes: Uint8Array, at: number, to: number, columns: number): number {
    this.cutColumns = columns;
    return skipMarks(bytes, at, to);
  }

  #find(bits: number, bytes: Uint8Array, from: number): number {
    const { columns } = this;
    const limit = Math.min(columns.count, from + ANCHOR_COLUMNS);
    for (let column = from; column < limit; column++) {
      if ((bits & (1 << columns.kindAt(bytes, column))) !== 0) return column;
    }
    return -1;
  }

  /** Times and levels all stand where they should: other columns may differ. */
  #isStrong({ strong, fixed, isTime }: HeaderLayout, bytes: Uint8Array): boolean {
    const { columns } = this;
    if (strong.length === 0) return false;
    for (const column of strong) {
      if (column >= columns.count) return false;
      if ((fixed[column] & (1 << columns.kindAt(bytes, column))) === 0) return false;
      if (isTime[column] === 1 && columns.isTime[column] === 0) return false;
    }
    return true;
  }

  /** Where the header that was cut last has its time, with the month before it; empty: nowhere. */
  timeRange(layout: HeaderLayout): { readonly from: number; readonly to: number } {
    const { columns } = this;
    const count = Math.min(this.cutColumns, layout.columns);
    let first = layout.isTime.indexOf(1);
    if (first < 0 || first >= count) return { from: 0, to: 0 };
    let last = first;
    while (last + 1 < count && layout.isTime[last + 1] === 1) last++;
    while (first > 0 && (layout.fixed[first - 1] & DATE_BITS) !== 0 && last - first < 2) first--;
    return { from: columns.start[first], to: columns.end[last] };
  }

  /** Severity number of the header that was cut last; 0 when it has none. */
  severity(layout: HeaderLayout, bytes: Uint8Array): number {
    const { columns } = this;
    for (let column = 0; column < Math.min(this.cutColumns, layout.columns); column++) {
      if ((layout.fixed[column] & LEVEL_BIT) === 0) continue;
      const level = levelIn(bytes, columns.start[column], columns.end[column]);
      if (level > 0) return level;
    }
    return 0;
  }
}

/** The level in a column: `INFO`, `[info]`, `WARN:`, glog's `I0102`. */
export function levelIn(bytes: Uint8Array, start: number, end: number): number {
  let from = start;
  let to = end;
  if (bytes[from] === 91 || bytes[from] === 40) from++;
  while (from < to && bytes[from] === 32) from++;
  while (to > from && isLevelEnd(bytes[to - 1])) to--;
  if (to - from === 5 && bytes[from + 1] >= 48 && bytes[from + 1] < 58) {
    return severityOf(bytes, from, from + 1);
  }
  return severityOf(bytes, from, to);
}

function isLevelEnd(byte: number): boolean {
  return byte === 32 || byte === 41 || byte === 44 || byte === 58 || byte === 93;
}

function hasWordByte(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    const folded = byte | 32;
    if ((folded >= 97 && folded < 123) || (byte >= 48 && byte < 58)) return true;
  }
  return false;
}

/** Behind blanks, `- ` and `: `. */
function skipMarks(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const byte = bytes[at];
    const isMark = (byte === 45 || byte === 58) && at + 1 < to && bytes[at + 1] === 32;
    if (!isGap(byte) && !isMark) break;
    at++;
  }
  return at;
}
