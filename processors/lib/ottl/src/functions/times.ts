import {
  defaultZone,
  formatStrptime,
  LocaleError,
  LocaleMismatchError,
  loadTimeLocale,
  parseTimeInZone,
  StrptimeFormatError,
  StrptimeReader,
  TimeParseError,
  translateTime,
  truncateTime,
  UnknownZoneError,
  validateStrptime,
  type WallTime,
  wallTimeOf,
  withYear,
} from '@sonde/time-text';
import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import { goTimeOf, timeValueOf } from '../value/go-times.ts';
import { TimeValue } from '../value/value.ts';
import { converter, ofTime } from './define.ts';
import { receivedUnixNano } from './received-time.ts';

const NS_PER_SECOND = 1_000_000_000n;

function isTimeFault(error: unknown): error is Error {
  return (
    error instanceof TimeParseError ||
    error instanceof UnknownZoneError ||
    error instanceof LocaleError ||
    error instanceof LocaleMismatchError ||
    error instanceof StrptimeFormatError
  );
}

/** Runs what the words of a statement ask for; what cannot be refuses the statement. */
function prepared<T>(prepare: () => T): T {
  try {
    return prepare();
  } catch (error) {
    if (!isTimeFault(error)) throw error;
    throw new CompileError(error.message);
  }
}

function requireFormat(format: string): void {
  if (format === '') throw new CompileError('format cannot be nil');
}

/**
 * `Time(target, format, location, locale)`. A text without a year takes that of the time of
 * receipt, so it is not pure.
 */
const time: FunctionDefinition = {
  name: 'Time',
  parameters: ['time', 'format', 'location?', 'locale?'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.string('time');
    const format = args.literalString('format');
    requireFormat(format);
    const location = args.has('location') ? args.literalString('location') : undefined;
    const language = args.has('locale') ? args.literalString('locale') : undefined;
    const { zone, locale, reader } = prepared(() => ({
      zone: defaultZone(location, format),
      locale: language === undefined ? undefined : loadTimeLocale(language),
      reader: new StrptimeReader(format),
    }));
    return (cursor) => {
      const text = target(cursor);
      if (text === '') throw new EvaluationError('time cannot be nil');
      try {
        const read = reader.read((layout) => {
          const english = locale === undefined ? text : translateTime(layout, text, locale);
          return parseTimeInZone(layout, english, zone);
        });
        return timeValueOf(
          wallTimeOf(read).year > 0 ? read : withYear(read, receivedUnixNano(cursor)),
        );
      } catch (error) {
        if (!isTimeFault(error)) throw error;
        throw new EvaluationError(error.message);
      }
    };
  },
};

const formatTime = converter('FormatTime', ['time', 'format'], (args) => {
  const value = args.time('time');
  const format = args.literalString('format');
  requireFormat(format);
  prepared(() => validateStrptime(format));
  return (cursor) => formatStrptime(format, goTimeOf(value(cursor)));
});

const truncate = converter('TruncateTime', ['time', 'duration'], (args) => {
  const value = args.time('time');
  const duration = args.duration('duration');
  return (cursor) => timeValueOf(truncateTime(goTimeOf(value(cursor)), duration(cursor).nanos));
});

/** `Unix(seconds, nanoseconds)`, in the zone of the process. */
const unix = converter('Unix', ['seconds', 'nanoseconds?'], (args) => {
  const seconds = args.int('seconds');
  const nanoseconds = args.has('nanoseconds') ? args.int('nanoseconds') : () => 0n;
  return (cursor) => new TimeValue(seconds(cursor) * NS_PER_SECOND + nanoseconds(cursor), 'Local');
});

/** `Now()`: the time of receipt of the row's batch. */
const now: FunctionDefinition = {
  name: 'Now',
  parameters: [],
  pure: false,
  create:
    <C>(): Getter<C> =>
    (cursor) =>
      new TimeValue(receivedUnixNano(cursor), 'Local'),
};

/** Whole units since 1970, rounded down; they wrap as int64 does. */
function unixIn(name: string, unitNs: bigint): FunctionDefinition {
  return ofTime(name, ({ unixNano }) => {
    const rest = ((unixNano % unitNs) + unitNs) % unitNs;
    return BigInt.asIntN(64, (unixNano - rest) / unitNs);
  });
}

function partOf(name: string, part: keyof WallTime): FunctionDefinition {
  return ofTime(name, (value) => BigInt(wallTimeOf(goTimeOf(value))[part]));
}

export const TIMES: readonly FunctionDefinition[] = [
  time,
  formatTime,
  truncate,
  unix,
  now,
  unixIn('UnixNano', 1n),
  unixIn('UnixMicro', 1_000n),
  unixIn('UnixMilli', 1_000_000n),
  unixIn('UnixSeconds', NS_PER_SECOND),
  partOf('Year', 'year'),
  partOf('Month', 'month'),
  partOf('Day', 'day'),
  partOf('Hour', 'hour'),
  partOf('Minute', 'minute'),
  partOf('Second', 'second'),
  partOf('Nanosecond', 'nanosecond'),
  partOf('Weekday', 'weekday'),
];
