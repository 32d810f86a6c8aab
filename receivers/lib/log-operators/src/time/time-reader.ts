import { OperatorError } from '../operator-error.ts';
import type { TimeField, TimePart } from './time-layout.ts';

/** What a timestamp says; undefined where it does not. */
export interface ReadTime {
  year: number | undefined;
  /** From 1. */
  month: number;
  day: number;
  yearDay: number | undefined;
  hour: number;
  halfDay: 'am' | 'pm' | undefined;
  minute: number;
  second: number;
  nanosecond: number;
  zoneName: string | undefined;
  /** Minutes may be fractions: offsets once had seconds. Milliseconds east of UTC. */
  offsetMs: number | undefined;
}

const MONTHS: readonly string[] = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const WEEKDAYS: readonly string[] = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
];
const SHORT_NAME_LENGTH = 3;
const OFFSET = /(Z)|([-+])([0-9]{2})(?::?([0-9]{2}))?(?::?([0-9]{2}))?/y;
const ZONE_NAME = /[A-Z][A-Za-z]{2,4}(?:[-+][0-9]{1,2})?|[-+][0-9]{2}(?:[0-9]{2})?/y;
const FRACTION = /[0-9]+/y;
const NANOSECOND_DIGITS = 9;

/** Reads one timestamp by a layout, as Go's `time.Parse` does. */
export class TimeReader {
  readonly #layout: readonly TimePart[];
  #text = '';
  #at = 0;
  #time: ReadTime = emptyTime();

  constructor(layout: readonly TimePart[]) {
    this.#layout = layout;
  }

  /** Throws `OperatorError`. */
  read(text: string): ReadTime {
    this.#text = text;
    this.#at = 0;
    this.#time = emptyTime();
    for (const [index, part] of this.#layout.entries()) {
      if (part.field === undefined) this.#literal(part.text, this.#layout[index + 1]?.field);
      else this.#field(part.field, this.#layout[index + 1]);
    }
    if (this.#at < text.length) this.#refuse('extra text');
    return this.#time;
  }

  /** Go takes a comma for the point before a fraction, and blanks for fewer blanks. */
  #literal(text: string, next: TimeField | undefined): void {
    for (const [index, char] of [...text].entries()) {
      const found = this.#text[this.#at];
      const isPoint =
        next === 'fraction' &&
        index === text.length - 1 &&
        (char === '.' || char === ',') &&
        (found === '.' || found === ',');
      if (found === char || isPoint) this.#at++;
      else if (!(isPointOf(text, index, next) && found !== char))
        this.#refuse(`no ${JSON.stringify(char)}`);
    }
  }

  #field(field: TimeField, next: TimePart | undefined): void {
    const time = this.#time;
    switch (field) {
      case 'year4':
        time.year = this.#digits(4, 4);
        return;
      case 'year2': {
        const year = this.#digits(2, 2);
        time.year = year >= 69 ? 1900 + year : 2000 + year;
        return;
      }
      case 'monthShort':
        time.month = this.#name(MONTHS, SHORT_NAME_LENGTH) + 1;
        return;
      case 'monthLong':
        time.month = this.#name(MONTHS) + 1;
        return;
      case 'weekdayShort':
        this.#name(WEEKDAYS, SHORT_NAME_LENGTH);
        return;
      case 'weekdayLong':
        this.#name(WEEKDAYS);
        return;
      case 'fraction':
        this.#fraction();
        return;
      case 'zoneName':
        this.#zoneName();
        return;
      case 'zoneOffset':
        this.#offset();
        return;
      default:
        this.#number(field, next);
    }
  }

  #number(field: TimeField, next: TimePart | undefined): void {
    const time = this.#time;
    switch (field) {
      case 'month2':
        time.month = this.#within(this.#digits(2, 2), 1, 12, 'month');
        return;
      case 'month':
      case 'monthSpace':
        time.month = this.#within(this.#padded(field), 1, 12, 'month');
        return;
      case 'day2':
        time.day = this.#within(this.#digits(2, 2), 1, 31, 'day');
        return;
      case 'day':
      case 'daySpace':
        time.day = this.#within(this.#padded(field), 1, 31, 'day');
        return;
      case 'yearDay':
        time.yearDay = this.#within(this.#digits(3, 3), 1, 366, 'day of year');
        return;
      case 'minute2':
      case 'minute':
        time.minute = this.#within(this.#digits(field === 'minute2' ? 2 : 1, 2), 0, 59, 'minute');
        return;
      default:
        this.#clock(field, next);
    }
  }

  #clock(field: TimeField, next: TimePart | undefined): void {
    const time = this.#time;
    if (field === 'halfDay') {
      const text = this.#text.slice(this.#at, this.#at + 2).toLowerCase();
      if (text !== 'am' && text !== 'pm') this.#refuse('neither AM nor PM');
      time.halfDay = text === 'am' ? 'am' : 'pm';
      this.#at += 2;
    } else if (field === 'second2' || field === 'second') {
      time.second = this.#within(this.#digits(field === 'second2' ? 2 : 1, 2), 0, 60, 'second');
      if (!isFractionNext(next, this.#layout)) this.#unannouncedFraction();
    } else {
      const isTwelve = field !== 'hour24';
      const hour = this.#digits(field === 'hour12Two' ? 2 : 1, 2);
      time.hour = this.#within(hour, 0, isTwelve ? 12 : 23, 'hour');
    }
  }

  /** Go takes a fraction behind the seconds that the layout does not name. */
  #unannouncedFraction(): void {
    const point = this.#text[this.#at];
    if (point !== '.' && point !== ',') return;
    if (!/[0-9]/.test(this.#text[this.#at + 1] ?? '')) return;
    this.#at++;
    this.#fraction();
  }

  #fraction(): void {
    FRACTION.lastIndex = this.#at;
    const digits = FRACTION.exec(this.#text)?.[0];
    if (digits === undefined) return;
    this.#at += digits.length;
    const nine = digits.slice(0, NANOSECOND_DIGITS).padEnd(NANOSECOND_DIGITS, '0');
    this.#time.nanosecond = Number(nine);
  }

  #zoneName(): void {
    ZONE_NAME.lastIndex = this.#at;
    const name = ZONE_NAME.exec(this.#text)?.[0];
    if (name === undefined) return;
    this.#at += name.length;
    this.#time.zoneName = name;
  }

  #offset(): void {
    OFFSET.lastIndex = this.#at;
    const match = OFFSET.exec(this.#text);
    if (match === null) this.#refuse('no offset of a time zone');
    const [whole = '', , sign, hours = '0', minutes = '0', seconds = '0'] = match ?? [];
    this.#at += whole.length;
    const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
    this.#time.offsetMs = sign === '-' ? -ms : ms;
  }

  #padded(field: 'month' | 'monthSpace' | 'day' | 'daySpace'): number {
    if (field.endsWith('Space') && this.#text[this.#at] === ' ') this.#at++;
    return this.#digits(1, 2);
  }

  #digits(min: number, max: number): number {
    let end = this.#at;
    while (end < this.#at + max && /[0-9]/.test(this.#text[end] ?? '')) end++;
    if (end - this.#at < min) this.#refuse(`fewer than ${min} digits`);
    const value = Number(this.#text.slice(this.#at, end));
    this.#at = end;
    return value;
  }

  #name(names: readonly string[], length?: number): number {
    const rest = this.#text.slice(this.#at, this.#at + 9).toLowerCase();
    for (const [index, name] of names.entries()) {
      const wanted = length === undefined ? name : name.slice(0, length);
      if (!rest.startsWith(wanted)) continue;
      this.#at += wanted.length;
      return index;
    }
    return this.#refuse('no name of a month or day');
  }

  #within(value: number, min: number, max: number, what: string): number {
    if (value < min || value > max) this.#refuse(`${what} out of range`);
    return value;
  }

  #refuse(reason: string): never {
    const text = JSON.stringify(this.#text.slice(0, 100));
    throw new OperatorError(`parsing time ${text}: ${reason} at ${this.#at}`);
  }
}

/** Whether the next field is a fraction, maybe behind a point. */
function isFractionNext(next: TimePart | undefined, layout: readonly TimePart[]): boolean {
  if (next === undefined) return false;
  if (next.field !== undefined) return next.field === 'fraction';
  const following = layout[layout.indexOf(next) + 1];
  return following?.field === 'fraction' && next.text.length === 1;
}

/** A fraction may be left out together with its point. */
function isPointOf(text: string, index: number, next: TimeField | undefined): boolean {
  const char = text[index];
  return next === 'fraction' && index === text.length - 1 && (char === '.' || char === ',');
}

function emptyTime(): ReadTime {
  return {
    year: undefined,
    month: 1,
    day: 1,
    yearDay: undefined,
    hour: 0,
    halfDay: undefined,
    minute: 0,
    second: 0,
    nanosecond: 0,
    zoneName: undefined,
    offsetMs: undefined,
  };
}
