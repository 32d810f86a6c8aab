import { isDigit, isLetter } from './byte-class.ts';
import { ColumnClass, type HeaderColumns } from './header-columns.ts';

interface ByteRange {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** Most times are in the first two columns. */
const COLUMNS = 2;
/** A line's number, a month, a day, a clock. */
const COLUMNS_OF_NAMES = 4;
const WORDLIKE_BITS =
  (1 << ColumnClass.mixed) | (1 << ColumnClass.dotted) | (1 << ColumnClass.word);
const STEP = 0x9e3779b1;
const LETTER_T = 84;
const BEHIND_DIGITS = 256;

/**
 * Of a stream of many sources: a number by which lines of one source are told from others; -1 when
 * no time stands in the first columns. It is of these columns' classes and of how a time is written
 * there: `10:11:12,345` or `10:11:12.345`, a program has one way.
 */
export function lineShape(columns: HeaderColumns, { bytes, from, to }: ByteRange): number {
  columns.split(bytes, from, to, COLUMNS);
  const name = nameColumn(columns);
  let last = COLUMNS - 1;
  if (name >= 0) {
    columns.split(bytes, from, to, COLUMNS_OF_NAMES);
    last = name + 2;
  }
  let shape = 0;
  let hasTime = name >= 0;
  for (let column = Math.max(name, 0); column <= last; column++) {
    if (column >= columns.count) {
      shape = mix(shape, ColumnClass.none);
      continue;
    }
    const kind = columns.kind[column];
    shape = mix(shape, (WORDLIKE_BITS & (1 << kind)) === 0 ? kind : ColumnClass.word);
    if (columns.isTime[column] === 0) continue;
    hasTime = true;
    shape = writing(shape, bytes, columns.start[column], columns.end[column]);
  }
  if (!hasTime) return -1;
  return (shape ^ (shape >>> 15)) & 0x7fffffff;
}

/** Where a month or a day begins a date: in the first column, or behind a line's number; else -1. */
function nameColumn({ kind, count }: HeaderColumns): number {
  if (count > 0 && kind[0] === ColumnClass.name) return 0;
  if (count < 2 || kind[1] !== ColumnClass.name) return -1;
  return kind[0] === ColumnClass.prefix || kind[0] === ColumnClass.number ? 1 : -1;
}

/** The marks of a time and where digits are, up to a letter that is none of its own. */
function writing(before: number, bytes: Uint8Array, from: number, to: number): number {
  let shape = before;
  let wasDigit = false;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (isDigit(byte)) {
      wasDigit = true;
      continue;
    }
    if (isLetter(byte) && byte !== LETTER_T) break;
    shape = mix(shape, wasDigit ? byte + BEHIND_DIGITS : byte);
    wasDigit = false;
  }
  return wasDigit ? mix(shape, BEHIND_DIGITS) : shape;
}

function mix(shape: number, part: number): number {
  return Math.imul(shape ^ part, STEP) ^ (shape >>> 13);
}
