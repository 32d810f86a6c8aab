import { LONG_MONTHS, LONG_WEEKDAYS, SHORT_MONTHS, SHORT_WEEKDAYS } from './calendar-names.ts';
import { civilFromYearDay, daysInMonth, isLeapYear } from './civil.ts';
import { type LayoutPiece, layoutPieces } from './go-layout.ts';
import { type GoTime, timeFromCivil, unixSecondsOf } from './go-time.ts';
import { quoteTimeText } from './quote-time-text.ts';
import { readOffset } from './read-offset.ts';
import {
  abbreviationLength,
  bad,
  isDigit,
  outOfRange,
  type Read,
  readFraction,
  readName,
  readThreeDigits,
  readTwoDigits,
  skipLiteral,
} from './value-text.ts';
import { fixedZone, UTC, type Zone } from './zone.ts';

/** Text that is no time of that layout, Go's `time.ParseError`. */
export class TimeParseError extends Error {
  /** The layout or format that the message names. */
  layout: string;
  readonly value: string;
  /** The piece of the layout at which it failed; empty behind the last one. */
  layoutPiece: string;
  /** The text from where it failed. */
  readonly valuePiece: string;
  readonly #detail: string;

  constructor(at: { layout: string; value: string; piece: string; rest: string; detail: string }) {
    super('');
    this.name = 'TimeParseError';
    this.layout = at.layout;
    this.value = at.value;
    this.layoutPiece = at.piece;
    this.valuePiece = at.rest;
    this.#detail = at.detail;
    Object.defineProperty(this, 'message', { get: () => this.#text(), enumerable: false });
  }

  #text(): string {
    const value = quoteTimeText(this.value);
    if (this.#detail !== '') return `parsing time ${value}${this.#detail}`;
    const cannot = `cannot parse ${quoteTimeText(this.valuePiece)}`;
    return `parsing time ${value} as ${quoteTimeText(this.layout)}: ${cannot} as ${quoteTimeText(this.layoutPiece)}`;
  }
}

/** What has been read so far; -1 and undefined where nothing has. */
interface Fields {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  half: 'am' | 'pm' | undefined;
  isUtc: boolean;
  offsetSec: number | undefined;
  zoneName: string;
}

/**
 * Go's `time.ParseInLocation`: text of a layout ("2006-01-02 15:04:05"), read in a zone where it
 * names none itself. A time without a year is of year 0. Throws `TimeParseError`.
 */
export function parseGoTime(layout: string, value: string, zone: Zone): GoTime {
  const fields = emptyFields();
  const pieces = layoutPieces(layout);
  let rest = value;
  const fail = (piece: string, left: string, detail: string): TimeParseError =>
    new TimeParseError({ layout, value, piece, rest: left, detail });
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind === 'literal') {
      const skipped = skipLiteral(rest, piece.text);
      if (!skipped.matches) throw fail(piece.text, skipped.rest, '');
      rest = skipped.rest;
      continue;
    }
    const read = readPiece(piece, rest, fields, pieces[index + 1]);
    if ('value' in read) rest = read.rest;
    else if (read.fault === 'bad') throw fail(piece.text, rest, '');
    else throw fail(piece.text, read.rest, `: ${read.what} out of range`);
  }
  if (rest !== '') throw fail('', rest, `: extra text: ${quoteTimeText(rest)}`);
  const problem = completeDate(fields);
  if (problem !== undefined) throw fail('', value, `: ${problem}`);
  return timeOf(fields, zone);
}

function emptyFields(): Fields {
  return {
    year: 0,
    month: -1,
    day: -1,
    yearDay: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    half: undefined,
    isUtc: false,
    offsetSec: undefined,
    zoneName: '',
  };
}

function readPiece(
  piece: LayoutPiece,
  text: string,
  fields: Fields,
  next: LayoutPiece | undefined,
): Read {
  switch (piece.kind) {
    case 'upperPm':
    case 'lowerPm':
      return readHalf(piece, text, fields);
    case 'zoneName':
      return readZoneName(text, fields);
    case 'zoneOffset':
      return readZoneOffset(piece, text, fields);
    case 'fractionZeros':
    case 'fractionNines':
      return readFractionPiece(piece, text, fields);
    case 'second':
    case 'zeroSecond':
      return readSecond(piece, text, fields, next);
    case 'hour':
    case 'hour12':
    case 'zeroHour12':
    case 'minute':
    case 'zeroMinute':
      return readClockPiece(piece, text, fields);
    default:
      return readDatePiece(piece, text, fields);
  }
}

function readDatePiece(piece: LayoutPiece, text: string, fields: Fields): Read {
  switch (piece.kind) {
    case 'longYear':
    case 'year':
      return readYear(text, piece.kind === 'longYear' ? 4 : 2, fields);
    case 'longMonth':
    case 'month':
      return keep(readName(text, piece.kind === 'month' ? SHORT_MONTHS : LONG_MONTHS), (index) => {
        fields.month = index + 1;
      });
    case 'numMonth':
    case 'zeroMonth':
      return within(readTwoDigits(text, piece.kind === 'zeroMonth'), 1, 12, 'month', (month) => {
        fields.month = month;
      });
    case 'weekday':
      return readName(text, SHORT_WEEKDAYS);
    case 'longWeekday':
      return readName(text, LONG_WEEKDAYS);
    case 'underYearDay':
    case 'zeroYearDay':
      return keep(
        readThreeDigits(
          piece.kind === 'underYearDay' ? text.replace(/^ {1,2}/, '') : text,
          piece.kind === 'zeroYearDay',
        ),
        (yearDay) => {
          fields.yearDay = yearDay;
        },
      );
    default:
      return keep(
        readTwoDigits(
          piece.kind === 'underDay' ? text.replace(/^ /, '') : text,
          piece.kind === 'zeroDay',
        ),
        (day) => {
          fields.day = day;
        },
      );
  }
}

function readYear(text: string, width: number, fields: Fields): Read {
  const digits = text.slice(0, width);
  if (digits.length < width || !/^[0-9]+$/.test(digits)) return bad();
  const year = Number(digits);
  // Two digits mean 1969 to 2068.
  if (width === 4) fields.year = year;
  else fields.year = year >= 69 ? year + 1900 : year + 2000;
  return { value: fields.year, rest: text.slice(width) };
}

function readClockPiece(piece: LayoutPiece, text: string, fields: Fields): Read {
  if (piece.kind === 'minute' || piece.kind === 'zeroMinute') {
    return within(readTwoDigits(text, piece.kind === 'zeroMinute'), 0, 59, 'minute', (minute) => {
      fields.minute = minute;
    });
  }
  const last = piece.kind === 'hour' ? 23 : 12;
  return within(readTwoDigits(text, piece.kind === 'zeroHour12'), 0, last, 'hour', (hour) => {
    fields.hour = hour;
  });
}

function readSecond(
  piece: LayoutPiece,
  text: string,
  fields: Fields,
  next: LayoutPiece | undefined,
): Read {
  const read = within(
    readTwoDigits(text, piece.kind === 'zeroSecond'),
    0,
    59,
    'second',
    (second) => {
      fields.second = second;
    },
  );
  if (!('value' in read)) return read;
  // A fraction in the text is taken where the layout has none.
  const isFraction = /^[.,][0-9]/.test(read.rest);
  if (!isFraction || next?.kind === 'fractionZeros' || next?.kind === 'fractionNines') return read;
  return takeFraction(read.rest, fields);
}

function readFractionPiece(piece: LayoutPiece, text: string, fields: Fields): Read {
  if (piece.kind === 'fractionNines') {
    return /^[.,][0-9]/.test(text) ? takeFraction(text, fields) : { value: 0, rest: text };
  }
  if (text.length < piece.digits + 1) return bad();
  return keep(readFraction(text, piece.digits + 1), (nanosecond) => {
    fields.nanosecond = nanosecond;
  });
}

/** Any number of digits. */
function takeFraction(text: string, fields: Fields): Read {
  let end = 1;
  while (isDigit(text, end)) end++;
  return keep(readFraction(text, end), (nanosecond) => {
    fields.nanosecond = nanosecond;
  });
}

function readHalf(piece: LayoutPiece, text: string, fields: Fields): Read {
  const half = text.slice(0, 2);
  const expected = piece.kind === 'upperPm' ? ['AM', 'PM'] : ['am', 'pm'];
  if (!expected.includes(half)) return bad();
  fields.half = half.toLowerCase() === 'pm' ? 'pm' : 'am';
  return { value: 0, rest: text.slice(2) };
}

function readZoneName(text: string, fields: Fields): Read {
  if (text.startsWith('UTC')) {
    fields.isUtc = true;
    return { value: 0, rest: text.slice(3) };
  }
  const length = abbreviationLength(text);
  if (length === 0) return bad();
  fields.zoneName = text.slice(0, length);
  return { value: 0, rest: text.slice(length) };
}

function readZoneOffset(piece: LayoutPiece, text: string, fields: Fields): Read {
  if (piece.offset === undefined) return bad();
  if (piece.offset.hasZ && text.startsWith('Z')) {
    fields.isUtc = true;
    return { value: 0, rest: text.slice(1) };
  }
  return keep(readOffset(text, piece.offset), (offsetSec) => {
    fields.offsetSec = offsetSec;
  });
}

function keep(read: Read, store: (value: number) => void): Read {
  if ('value' in read) store(read.value);
  return read;
}

function within(
  read: Read,
  least: number,
  most: number,
  what: string,
  store: (value: number) => void,
): Read {
  if (!('value' in read)) return read;
  if (read.value < least || read.value > most) return outOfRange(what, read.rest);
  return keep(read, store);
}

/** Sets month and day; says what is wrong with them. */
function completeDate(fields: Fields): string | undefined {
  if (fields.yearDay >= 0) {
    const last = isLeapYear(fields.year) ? 366 : 365;
    if (fields.yearDay < 1 || fields.yearDay > last) return 'day-of-year out of range';
    const date = civilFromYearDay(fields.year, fields.yearDay);
    if (fields.month >= 0 && fields.month !== date.month) return 'day-of-year does not match month';
    if (fields.day >= 0 && fields.day !== date.day) return 'day-of-year does not match day';
    fields.month = date.month;
    fields.day = date.day;
  }
  if (fields.month < 0) fields.month = 1;
  if (fields.day < 0) fields.day = 1;
  const isDay = fields.day >= 1 && fields.day <= daysInMonth(fields.year, fields.month);
  return isDay ? undefined : 'day out of range';
}

function timeOf(fields: Fields, zone: Zone): GoTime {
  if (fields.half === 'pm' && fields.hour < 12) fields.hour += 12;
  else if (fields.half === 'am' && fields.hour === 12) fields.hour = 0;
  if (fields.isUtc) return timeFromCivil(fields, UTC);
  if (fields.offsetSec !== undefined) return timeAtOffset(fields, fields.offsetSec, zone);
  if (fields.zoneName !== '') return timeInNamedZone(fields, zone);
  return timeFromCivil(fields, zone);
}

function timeAtOffset(fields: Fields, offsetSec: number, zone: Zone): GoTime {
  const time = timeFromCivil(fields, fixedZone(fields.zoneName, offsetSec));
  const unixSec = unixSecondsOf(time.unixNano);
  const isLocal =
    zone.offsetAt(unixSec) === offsetSec &&
    (fields.zoneName === '' || zone.abbreviationAt(unixSec) === fields.zoneName);
  return isLocal ? { unixNano: time.unixNano, zone } : time;
}

/**
 * An abbreviation that the zone does not know has no offset. As in Go "GMT+3" changes what the time
 * is shown as and not the instant.
 */
function timeInNamedZone(fields: Fields, zone: Zone): GoTime {
  const wallSec = unixSecondsOf(timeFromCivil(fields, UTC).unixNano);
  const known = zone.offsetOf(fields.zoneName, wallSec);
  if (known !== undefined) {
    return { unixNano: timeFromCivil(fields, fixedZone('', known)).unixNano, zone };
  }
  const hours = /^GMT([+-][0-9]+)$/.exec(fields.zoneName)?.[1];
  const zoneShown = fixedZone(fields.zoneName, Number(hours ?? 0) * 3600);
  return { unixNano: timeFromCivil(fields, UTC).unixNano, zone: zoneShown };
}
