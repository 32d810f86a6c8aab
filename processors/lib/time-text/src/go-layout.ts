/** What a piece of a Go time layout stands for. */
export type LayoutKind =
  | 'literal'
  | 'longYear'
  | 'year'
  | 'longMonth'
  | 'month'
  | 'numMonth'
  | 'zeroMonth'
  | 'longWeekday'
  | 'weekday'
  | 'day'
  | 'underDay'
  | 'zeroDay'
  | 'underYearDay'
  | 'zeroYearDay'
  | 'hour'
  | 'hour12'
  | 'zeroHour12'
  | 'minute'
  | 'zeroMinute'
  | 'second'
  | 'zeroSecond'
  | 'upperPm'
  | 'lowerPm'
  | 'zoneName'
  | 'zoneOffset'
  | 'fractionZeros'
  | 'fractionNines';

/** How an offset of a zone is written. */
export interface OffsetForm {
  /** `Z` stands for UTC. */
  hasZ: boolean;
  hasColon: boolean;
  hasMinutes: boolean;
  hasSeconds: boolean;
}

/** A piece of a layout: its text and what it stands for. */
export interface LayoutPiece {
  kind: LayoutKind;
  text: string;
  /** Digits of a fraction. */
  digits: number;
  offset?: OffsetForm;
}

const OFFSETS: readonly (readonly [string, OffsetForm])[] = [
  ['070000', { hasZ: false, hasColon: false, hasMinutes: true, hasSeconds: true }],
  ['07:00:00', { hasZ: false, hasColon: true, hasMinutes: true, hasSeconds: true }],
  ['0700', { hasZ: false, hasColon: false, hasMinutes: true, hasSeconds: false }],
  ['07:00', { hasZ: false, hasColon: true, hasMinutes: true, hasSeconds: false }],
  ['07', { hasZ: false, hasColon: false, hasMinutes: false, hasSeconds: false }],
];

/** In the order in which they are tried: a longer text before one that it begins with. */
const WORDS: readonly (readonly [string, LayoutKind])[] = [
  ['January', 'longMonth'],
  ['Monday', 'longWeekday'],
  ['MST', 'zoneName'],
  ['002', 'zeroYearDay'],
  ['01', 'zeroMonth'],
  ['02', 'zeroDay'],
  ['03', 'zeroHour12'],
  ['04', 'zeroMinute'],
  ['05', 'zeroSecond'],
  ['06', 'year'],
  ['15', 'hour'],
  ['1', 'numMonth'],
  ['2006', 'longYear'],
  ['2', 'day'],
  ['__2', 'underYearDay'],
  ['_2', 'underDay'],
  ['3', 'hour12'],
  ['4', 'minute'],
  ['5', 'second'],
  ['PM', 'upperPm'],
  ['pm', 'lowerPm'],
];

const LAYOUTS_REMEMBERED_MAX = 1024;
const remembered = new Map<string, readonly LayoutPiece[]>();

/** The pieces of a layout of Go's `time` package; what means nothing is literal. */
export function layoutPieces(layout: string): readonly LayoutPiece[] {
  const known = remembered.get(layout);
  if (known !== undefined) return known;
  const pieces = splitLayout(layout);
  if (remembered.size >= LAYOUTS_REMEMBERED_MAX) remembered.clear();
  remembered.set(layout, pieces);
  return pieces;
}

function splitLayout(layout: string): LayoutPiece[] {
  const pieces: LayoutPiece[] = [];
  let literalStart = 0;
  let at = 0;
  while (at < layout.length) {
    const piece = pieceAt(layout, at);
    if (piece === undefined) {
      at++;
      continue;
    }
    if (at > literalStart) pieces.push(literal(layout.slice(literalStart, at)));
    pieces.push(piece);
    at += piece.text.length;
    literalStart = at;
  }
  if (at > literalStart) pieces.push(literal(layout.slice(literalStart)));
  return pieces;
}

function literal(text: string): LayoutPiece {
  return { kind: 'literal', text, digits: 0 };
}

function pieceAt(layout: string, at: number): LayoutPiece | undefined {
  const first = layout[at];
  if (first === '-' || first === 'Z') return offsetAt(layout, at, first);
  if (first === '.' || first === ',') return fractionAt(layout, at);
  // "_2006" is an underscore and a year.
  if (layout.startsWith('_2006', at)) return undefined;
  for (const [text, kind] of WORDS) {
    if (layout.startsWith(text, at)) return { kind, text, digits: 0 };
  }
  return shortNameAt(layout, at);
}

/** "Jan" and "Mon" are names unless a lower-case letter goes on ("Janet"). */
function shortNameAt(layout: string, at: number): LayoutPiece | undefined {
  const text = layout.slice(at, at + 3);
  if (text !== 'Jan' && text !== 'Mon') return undefined;
  if (/^[a-z]/.test(layout.slice(at + 3))) return undefined;
  return { kind: text === 'Jan' ? 'month' : 'weekday', text, digits: 0 };
}

function offsetAt(layout: string, at: number, first: string): LayoutPiece | undefined {
  for (const [text, form] of OFFSETS) {
    if (!layout.startsWith(text, at + 1)) continue;
    const offset = { ...form, hasZ: first === 'Z' };
    return { kind: 'zoneOffset', text: first + text, digits: 0, offset };
  }
  return undefined;
}

function fractionAt(layout: string, at: number): LayoutPiece | undefined {
  const digits = /^[.,](0+|9+)(?![0-9])/.exec(layout.slice(at, at + 64));
  if (digits === null) return undefined;
  const text = digits[0];
  const kind = text[1] === '0' ? 'fractionZeros' : 'fractionNines';
  return { kind, text, digits: text.length - 1 };
}
