import { formatGoTime } from './format-go-time.ts';
import type { GoTime } from './go-time.ts';
import { LocaleMismatchError } from './localized.ts';
import { TimeParseError } from './parse-go-time.ts';

/** A format with a directive or a text that can never be read. */
export class StrptimeFormatError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StrptimeFormatError';
  }
}

/** Directive -> piece of a Go layout. Source: the Collector's `ctimefmt`. */
const DIRECTIVES = new Map<string, string>([
  ['%Y', '2006'],
  ['%y', '06'],
  ['%m', '01'],
  ['%o', '_1'],
  ['%q', '1'],
  ['%b', 'Jan'],
  ['%h', 'Jan'],
  ['%B', 'January'],
  ['%d', '02'],
  ['%e', '_2'],
  ['%g', '2'],
  ['%a', 'Mon'],
  ['%A', 'Monday'],
  ['%H', '15'],
  ['%l', '3'],
  ['%I', '03'],
  ['%p', 'PM'],
  ['%P', 'pm'],
  ['%M', '04'],
  ['%S', '05'],
  ['%L', '999'],
  ['%f', '999999'],
  ['%s', '999999999'],
  ['%Z', 'MST'],
  ['%z', 'Z0700'],
  ['%w', '-070000'],
  ['%i', '-07'],
  ['%j', '-07:00'],
  ['%k', '-07:00:00'],
  ['%D', '01/02/2006'],
  ['%x', '01/02/2006'],
  ['%F', '2006-01-02'],
  ['%T', '15:04:05'],
  ['%X', '15:04:05'],
  ['%r', '03:04:05 pm'],
  ['%R', '15:04'],
  ['%n', '\n'],
  ['%t', '\t'],
  ['%%', '%'],
  ['%c', 'Mon Jan 02 15:04:05 2006'],
]);

/** What a directive reads, where that is more than it writes: alternatives, each in pieces. */
const READ_AS = new Map<string, readonly (readonly string[])[]>([
  ['%m', [['1']]],
  ['%o', [['1']]],
  ['%q', [['1']]],
  ['%d', [['2']]],
  ['%e', [['2']]],
  ['%g', [['2']]],
  ['%I', [['3']]],
  ['%M', [['4']]],
  ['%S', [['5']]],
  ['%z', [['Z0700'], ['Z07:00'], ['Z07']]],
  ['%D', [slashDate('2006'), slashDate('06')]],
  ['%x', [slashDate('2006'), slashDate('06')]],
  ['%F', [['2006', '-', '1', '-', '2']]],
  ['%T', [['15', ':', '4', ':', '5']]],
  ['%X', [['15', ':', '4', ':', '5']]],
  ['%r', [['3', ':', '4', ':', '5', ' ', 'pm']]],
  ['%R', [['15', ':', '4']]],
  ['%c', [['Mon', ' ', 'Jan', ' ', '2', ' ', '15', ':', '4', ':', '5', ' ', '2006']]],
]);

/** Runs of spaces that are let in before a number. */
const SPACES_LET_IN_MAX = 16;

function slashDate(year: string): readonly string[] {
  return ['1', '/', '2', '/', year];
}

function directivesOf(format: string): { text: string; at: number }[] {
  // As in Go, a line feed is no directive's letter.
  return [...format.matchAll(/%[^\n]/gu)].map((match) => ({ text: match[0], at: match.index }));
}

/** Throws `StrptimeFormatError` with the Collector's text. */
export function validateStrptime(format: string): void {
  if (/[0-9]/.test(format)) {
    throw new StrptimeFormatError('format string should not contain decimals');
  }
  const fraction = /[^.,]%[Lfs]/u.exec(format)?.[0];
  if (fraction !== undefined) {
    throw new StrptimeFormatError(
      `invalid fractional seconds directive: '${fraction}'. must be preceded with '.' or ','`,
    );
  }
  const unknown = directivesOf(format).filter(({ text }) => !DIRECTIVES.has(text));
  if (unknown.length === 0) return;
  const reasons = unknown.map(({ text }) => `unsupported ctimefmt.toNative() directive: ${text}`);
  throw new StrptimeFormatError(`invalid strptime format: [${reasons.join(' ')}]`);
}

/** The Go layout that a valid format writes. */
export function strptimeLayout(format: string): string {
  return format.replace(/%[^\n]/gu, (directive) => DIRECTIVES.get(directive) ?? '');
}

/** A time as a valid format writes it. Fractions lose trailing zeros, as in the Collector. */
export function formatStrptime(format: string, time: GoTime): string {
  return formatGoTime(time, strptimeLayout(format));
}

/**
 * Reads times of one strptime format: numbers with or without leading zeros, spaces before them,
 * offsets in three forms. Throws `StrptimeFormatError`. Holds the layout that fitted last.
 */
export class StrptimeReader {
  readonly format: string;
  readonly #directives: readonly { text: string; at: number }[];
  #lastLayout: string | undefined;

  constructor(format: string) {
    validateStrptime(format);
    this.format = format;
    this.#directives = directivesOf(format);
  }

  /** `parse` reads with a Go layout. Throws what `parse` throws for the layout that went furthest. */
  read(parse: (layout: string) => GoTime): GoTime {
    if (this.#lastLayout !== undefined) {
      const attempt = attemptWith(parse, this.#lastLayout);
      if ('time' in attempt) return attempt.time;
    }
    const attempt = this.#readFrom('', 0, 0, parse);
    if ('time' in attempt) {
      this.#lastLayout = attempt.layout;
      return attempt.time;
    }
    if (attempt.error instanceof TimeParseError) attempt.error.layout = this.format;
    throw attempt.error;
  }

  #readFrom(
    layout: string,
    index: number,
    textStart: number,
    parse: (layout: string) => GoTime,
  ): Attempt {
    const directive = this.#directives[index];
    if (directive === undefined) return attemptWith(parse, layout + this.format.slice(textStart));
    const before = layout + this.format.slice(textStart, directive.at);
    const end = directive.at + directive.text.length;
    const next = (pieces: readonly string[]): Attempt =>
      this.#readFrom(before + pieces.join(''), index + 1, end, parse);
    const alternatives = READ_AS.get(directive.text) ?? [[DIRECTIVES.get(directive.text) ?? '']];
    let attempt = next(alternatives[0] ?? []);
    for (const pieces of alternatives) {
      if (pieces !== alternatives[0]) attempt = next(pieces);
      const outcome = letSpacesIn(attempt, pieces, directive.text, next);
      attempt = outcome.attempt;
      if (!outcome.failedHere) return attempt;
    }
    return attempt;
  }
}

type Attempt = { time: GoTime; layout: string } | { error: unknown };

function attemptWith(parse: (layout: string) => GoTime, layout: string): Attempt {
  try {
    return { time: parse(layout), layout };
  } catch (error) {
    return { error };
  }
}

/** Tries again with the spaces that stand before the number at which it failed. */
function letSpacesIn(
  first: Attempt,
  pieces: readonly string[],
  directive: string,
  next: (pieces: readonly string[]) => Attempt,
): { attempt: Attempt; failedHere: boolean } {
  let attempt = first;
  let tried = [...pieces];
  for (let round = 0; round < SPACES_LET_IN_MAX; round++) {
    const failure = failureIn(attempt, tried, directive);
    if (failure === undefined) return { attempt, failedHere: false };
    const spaces = /^\s+/.exec(failure.rest)?.[0];
    const isNumber = /^[0-9Z]/.test(tried[failure.index] ?? '');
    if (spaces === undefined || !isNumber) return { attempt, failedHere: true };
    tried = [...tried.slice(0, failure.index), spaces, ...tried.slice(failure.index)];
    attempt = next(tried);
  }
  return { attempt, failedHere: true };
}

/** Which of the pieces failed; the error names the directive from then on. */
function failureIn(
  attempt: Attempt,
  pieces: readonly string[],
  directive: string,
): { index: number; rest: string } | undefined {
  if ('time' in attempt) return undefined;
  const { error } = attempt;
  if (!(error instanceof TimeParseError || error instanceof LocaleMismatchError)) return undefined;
  const index = error.layoutPiece === '' ? -1 : pieces.indexOf(error.layoutPiece);
  if (index < 0) return undefined;
  error.layoutPiece = directive;
  return { index, rest: error instanceof TimeParseError ? error.valuePiece : 'unknown' };
}
