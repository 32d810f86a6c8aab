import { hasControl, indexWithin, isDigit, isLetter } from './byte-class.ts';
import { severityOf } from './severity.ts';
import { isDayClock, isTimestamp } from './timestamp-shape.ts';
import { foldedHash } from './word-hash.ts';
import { MONTHS, WEEKDAYS } from './word-sets.ts';

/** What a column of a line's beginning is. */
export const ColumnClass = {
  none: 0,
  /** Digits and punctuation. */
  number: 1,
  /** Letters and digits. */
  mixed: 2,
  level: 3,
  bracketed: 4,
  /** Ends in `:`, or in `]` that was not opened: a header ends here, if anywhere. */
  prefix: 5,
  /** Punctuation alone. */
  mark: 6,
  /** A month or a day. */
  name: 7,
  dotted: 8,
  word: 9,
} as const;
export const COLUMN_CLASSES = 10;

/** Columns of a line that are looked at. */
export const COLUMNS_MAX = 14;
/** How far the end of a bracketed column is looked for. */
const BRACKETED_BYTES_MAX = 400;
/** `10:11:12`. */
const CLOCK_BYTES_MIN = 8;
const INNER_BRACKETS_BYTES_MAX = 200;

const NOT_LOOKED_AT = 255;

const GAP = 1;
const OPENS = 2;
const CONTROL = 3;
const COLUMN_END: Uint8Array = new Uint8Array(256);
for (const gap of [9, 32, 124]) COLUMN_END[gap] = GAP;
COLUMN_END[91] = OPENS;
for (const control of [10, 27]) COLUMN_END[control] = CONTROL;

/** The columns of one line's beginning; reused for every line. */
export class HeaderColumns {
  count = 0;
  /** An escape or a line's end stood in a column whose end was looked for. Set back by the reader. */
  hasControl = false;
  readonly start: Int32Array = new Int32Array(COLUMNS_MAX);
  readonly end: Int32Array = new Int32Array(COLUMNS_MAX);
  readonly kind: Uint8Array = new Uint8Array(COLUMNS_MAX);
  readonly isTime: Uint8Array = new Uint8Array(COLUMNS_MAX);

  /** Splits at blanks, tabs and `|`; brackets stay whole. `limit` <= `COLUMNS_MAX`. */
  split(bytes: Uint8Array, from: number, to: number, limit: number): number {
    this.find(bytes, from, to, limit);
    for (let column = 0; column < this.count; column++) this.kindAt(bytes, column);
    return this.count;
  }

  /** The same, but what the columns are is looked at when it is asked for (`kindAt`). */
  find(bytes: Uint8Array, from: number, to: number, limit: number): void {
    let at = from;
    let count = 0;
    while (at < to && count < limit) {
      if (isGap(bytes[at])) {
        at++;
        continue;
      }
      const end = this.endOf(bytes, at, to);
      this.start[count] = at;
      this.end[count] = end;
      this.kind[count] = NOT_LOOKED_AT;
      this.isTime[count] = 0;
      count++;
      at = end;
    }
    this.count = count;
  }

  /** Where the column that begins at `from` ends. */
  endOf(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    if (isOpening(bytes[from])) {
      const close = this.#behindBracket(bytes, from, Math.min(to, from + BRACKETED_BYTES_MAX));
      // `[a][b]` are two columns.
      if (close > 0 && close < to && bytes[close] === 91) return close;
      if (close > 0) at = close;
    }
    for (; at < to; at++) {
      const ends = COLUMN_END[bytes[at]];
      if (ends === 0) continue;
      if (ends === GAP) break;
      if (ends === CONTROL) this.hasControl = true;
      else if (at !== from) {
        const limit = Math.min(to, at + INNER_BRACKETS_BYTES_MAX);
        const close = this.#behindBracket(bytes, at, limit);
        if (close > 0) at = close - 1;
      }
    }
    return at;
  }

  #behindBracket(bytes: Uint8Array, from: number, to: number): number {
    const close = matching(bytes, from, to);
    if (close > 0 && hasControl(bytes, from, close)) this.hasControl = true;
    return close;
  }

  /** The class of a column; afterwards `isTime` of it is known, too. */
  kindAt(bytes: Uint8Array, column: number): number {
    if (this.kind[column] === NOT_LOOKED_AT) this.#look(bytes, column);
    return this.kind[column];
  }

  #look(bytes: Uint8Array, column: number): void {
    const from = this.start[column];
    const to = this.end[column];
    let digits = 0;
    let letters = 0;
    let dots = 0;
    for (let i = from; i < to; i++) {
      const byte = bytes[i];
      if (isDigit(byte)) digits++;
      else if (isLetter(byte) || byte > 127) letters++;
      else if (byte === 46) dots++;
    }
    this.kind[column] = this.#classify(bytes, column, { digits, letters, dots });
  }

  #classify(
    bytes: Uint8Array,
    column: number,
    { digits, letters, dots }: Readonly<Record<'digits' | 'letters' | 'dots', number>>,
  ): number {
    const from = this.start[column];
    const to = this.end[column];
    const last = bytes[to - 1];
    if (last === 58 && to - from > 1) {
      if (letters > 0 || (digits > 0 && !isTimestamp(bytes, from, to - 1))) {
        return isLevel(bytes, from, to - 1) ? ColumnClass.level : ColumnClass.prefix;
      }
    }
    if (isOpening(bytes[from]) && isBracket(last)) {
      return this.#classifyBracketed(bytes, column, digits);
    }
    if (digits === 0 && letters === 0) return ColumnClass.mark;
    if (last === 93 && letters > 0 && indexWithin(bytes, 91, from, to) < 0)
      return ColumnClass.prefix;
    const end = last === 44 ? to - 1 : to;
    if (digits > 0) {
      const isTime = isTimestamp(bytes, from, end);
      if (isTime) this.isTime[column] = 1;
      if (isGlog(bytes, from, to)) return ColumnClass.level;
      return letters === 0 || isTime ? ColumnClass.number : ColumnClass.mixed;
    }
    if (isLevel(bytes, from, end)) return ColumnClass.level;
    if (end - from === 3 && isName(bytes, from)) return ColumnClass.name;
    return dots > 0 ? ColumnClass.dotted : ColumnClass.word;
  }

  #classifyBracketed(bytes: Uint8Array, column: number, digits: number): number {
    let from = this.start[column] + 1;
    let to = this.end[column] - 1;
    while (to > from && !isBracket(bytes[to])) to--;
    while (from < to && bytes[from] === 32) from++;
    while (to > from && bytes[to - 1] === 32) to--;
    if (digits === 0 && to - from >= 3 && isLevel(bytes, from, to)) return ColumnClass.level;
    if (digits >= 4 && (beginsWithTime(bytes, from, to) || isDayClock(bytes, from, to))) {
      this.isTime[column] = 1;
    }
    return ColumnClass.bracketed;
  }
}

/** A time, and perhaps more behind it: `[10:11:12 INF]`, `[2024-03-05 10:11:12,345: INFO/main]`. */
function beginsWithTime(bytes: Uint8Array, from: number, to: number): boolean {
  if (isTimestamp(bytes, from, to)) return true;
  let end = from;
  for (let words = 0; words < 2 && end < to; words++) {
    end = indexWithin(bytes, 32, end + 1, to);
    if (end < 0) return false;
    const timeEnd = bytes[end - 1] === 58 ? end - 1 : end;
    if (timeEnd - from >= CLOCK_BYTES_MIN && isTimestamp(bytes, from, timeEnd)) return true;
  }
  return false;
}

export function isGap(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 124;
}

function isOpening(byte: number): boolean {
  return byte === 91 || byte === 40;
}

function isBracket(byte: number): boolean {
  return byte === 93 || byte === 41 || byte === 58 || byte === 44;
}

/** Behind the bracket that closes the one at `from`; 0 when there is none. */
function matching(bytes: Uint8Array, from: number, to: number): number {
  let depth = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (byte === 91 || byte === 40) depth++;
    else if (byte === 93 || byte === 41) {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return 0;
}

function isLevel(bytes: Uint8Array, from: number, to: number): boolean {
  return severityOf(bytes, from, to) > 0;
}

/** `I0102`: glog's level with month and day. */
function isGlog(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== 5 || severityOf(bytes, from, from + 1) === 0) return false;
  for (let i = from + 1; i < to; i++) if (!isDigit(bytes[i])) return false;
  return true;
}

function isName(bytes: Uint8Array, from: number): boolean {
  const hash = foldedHash(bytes, from, from + 3);
  return MONTHS.has(hash) || WEEKDAYS.has(hash);
}
