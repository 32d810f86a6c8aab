import { LONG_MONTHS, LONG_WEEKDAYS, SHORT_MONTHS, SHORT_WEEKDAYS } from './calendar-names.ts';
import { type LayoutPiece, layoutPieces } from './go-layout.ts';

/** A locale that has no names of months and days. */
export class LocaleError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LocaleError';
  }
}

/** Text that names no month, weekday or half of a day of the locale. */
export class LocaleMismatchError extends Error {
  layoutPiece: string;
  readonly value: string;

  constructor(layoutPiece: string, value: string) {
    super('');
    this.name = 'LocaleMismatchError';
    this.layoutPiece = layoutPiece;
    this.value = value;
    Object.defineProperty(this, 'message', {
      get: () => `value "${this.value}" does not match the layout element "${this.layoutPiece}"`,
      enumerable: false,
    });
  }
}

/** Name in lower case -> its English index; longest names first. */
type Names = readonly (readonly [string, number])[];

/** The names of months, weekdays and halves of the day in one language. */
export interface TimeLocale {
  readonly language: string;
  readonly longMonths: Names;
  readonly shortMonths: Names;
  readonly longWeekdays: Names;
  readonly shortWeekdays: Names;
  readonly halves: Names;
}

/** The names of a BCP 47 tag from the runtime's CLDR. Throws `LocaleError`. */
export function loadTimeLocale(language: string): TimeLocale {
  if (!isSupported(language)) {
    throw new LocaleError(
      `unsupported locale '${language}', value must be a supported BCP 47 language tag`,
    );
  }
  return {
    language,
    longMonths: monthNames(language, 'long'),
    shortMonths: monthNames(language, 'short'),
    longWeekdays: weekdayNames(language, 'long'),
    shortWeekdays: weekdayNames(language, 'short'),
    halves: halfNames(language),
  };
}

function isSupported(language: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf([language]).length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

type Width = 'long' | 'short';

/** Alone ("lipiec") and within a date ("lipca"): both are read. */
function monthNames(language: string, width: Width): Names {
  const forms: Intl.DateTimeFormatOptions[] = [
    { month: width },
    { month: width, day: 'numeric' },
    { month: width, day: 'numeric', year: 'numeric' },
  ];
  const months = LONG_MONTHS.map((_, month) => Date.UTC(2024, month, 4));
  return namesOf(language, forms, 'month', months);
}

function weekdayNames(language: string, width: Width): Names {
  const forms: Intl.DateTimeFormatOptions[] = [
    { weekday: width },
    { weekday: width, day: 'numeric', month: 'long' },
  ];
  // 2023-01-01 was a Sunday.
  const days = LONG_WEEKDAYS.map((_, weekday) => Date.UTC(2023, 0, 1 + weekday));
  return namesOf(language, forms, 'weekday', days);
}

function halfNames(language: string): Names {
  const halves = [Date.UTC(2024, 0, 4, 9), Date.UTC(2024, 0, 4, 21)];
  return namesOf(language, [{ hour: 'numeric', hour12: true }], 'dayPeriod', halves);
}

function namesOf(
  language: string,
  forms: readonly Intl.DateTimeFormatOptions[],
  type: string,
  times: readonly number[],
): Names {
  const names = new Map<string, number>();
  for (const form of forms) {
    const format = new Intl.DateTimeFormat(language, {
      ...form,
      calendar: 'gregory',
      timeZone: 'UTC',
    });
    for (const [index, time] of times.entries()) {
      const name = format.formatToParts(time).find((part) => part.type === type)?.value;
      if (name === undefined) continue;
      for (const spelled of spellings(name)) if (!names.has(spelled)) names.set(spelled, index);
    }
  }
  return [...names].sort(([a], [b]) => b.length - a.length);
}

/** In lower case, with plain spaces, with the point of an abbreviation and without. */
function spellings(name: string): string[] {
  const plain = name.toLowerCase();
  const spaced = plain.replace(/\s/gu, ' ');
  return [plain, spaced, spaced.replaceAll(' ', ''), spaced.replace(/\.$/, '')];
}

/**
 * Text of a locale with the English names that Go's layouts read. Widths of numbers are as in
 * `lunes`, the library of the Collector. Throws `LocaleMismatchError`, `LocaleError`.
 */
export function translateTime(layout: string, value: string, locale: TimeLocale): string {
  let translated = '';
  let rest = value;
  for (const piece of layoutPieces(layout)) {
    const table = tableOf(piece, locale);
    if (table === undefined) {
      const width = widthOf(piece, rest);
      translated += rest.slice(0, width);
      rest = rest.slice(width);
      continue;
    }
    if (table.names.length === 0) {
      throw new LocaleError(
        `layout element "${piece.text}" is not supported by the language "${locale.language}"`,
      );
    }
    const spaces = /^\s*/u.exec(rest)?.[0] ?? '';
    const text = rest.slice(spaces.length);
    const found = table.names.find(([name]) => text.slice(0, name.length).toLowerCase() === name);
    if (found === undefined) throw new LocaleMismatchError(piece.text, value);
    translated += spaces + (table.english[found[1]] ?? '');
    rest = text.slice(found[0].length);
  }
  return translated + rest;
}

function tableOf(
  piece: LayoutPiece,
  locale: TimeLocale,
): { names: Names; english: readonly string[] } | undefined {
  switch (piece.kind) {
    case 'longMonth':
      return { names: locale.longMonths, english: LONG_MONTHS };
    case 'month':
      return { names: locale.shortMonths, english: SHORT_MONTHS };
    case 'longWeekday':
      return { names: locale.longWeekdays, english: LONG_WEEKDAYS };
    case 'weekday':
      return { names: locale.shortWeekdays, english: SHORT_WEEKDAYS };
    case 'upperPm':
      return { names: locale.halves, english: ['AM', 'PM'] };
    case 'lowerPm':
      return { names: locale.halves, english: ['am', 'pm'] };
    default:
      return undefined;
  }
}

/** How much text a piece without a name takes: numbers one or two digits, the rest its length. */
function widthOf(piece: LayoutPiece, text: string): number {
  switch (piece.kind) {
    case 'hour12':
    case 'minute':
    case 'second':
    case 'numMonth':
    case 'day':
    case 'underDay':
      return /^\s*[0-9]{1,2}/u.exec(text)?.[0].length ?? piece.text.length;
    case 'fractionNines':
      return /^[.,][0-9]+/.exec(text)?.[0].length ?? 0;
    default:
      return piece.text.length;
  }
}
