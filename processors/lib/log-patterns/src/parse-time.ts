const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const ISO =
  /(\d{4})[-/.](\d\d?)[-/.](\d\d?)[T ,]+(\d\d):(\d\d)(?::(\d\d))?(?:[.,:](\d{1,9}))?\s*(Z|[+-]\d\d:?\d\d)?/;
const DAY_FIRST =
  /(\d\d?)[/ -]([A-Za-z]{3})[a-z]*[/ -](\d{4})[: T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s*([+-]\d\d:?\d\d)?/;
const MONTH_FIRST =
  /([A-Za-z]{3})\s+(\d\d?)\s+(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:\s+(\d{4}))?/;
const GLOG = /^[VDIWEF](\d\d)(\d\d)\s+(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?/;
const EPOCH = /^\[?(\d{10})(?:\.(\d{1,9}))?\]?$|^(\d{13}|\d{16}|\d{19})$/;
const TEXT_LENGTH_MAX = 64;

/**
 * Nanoseconds since 1970 of a time as logs write it; undefined when it is none that is known. A time
 * without a zone is UTC's, one without a year is of `year`.
 */
export function parseTime(text: string, year: number): bigint | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, y, month, day, hour, minute, second, fraction, zone] = iso;
    return nanoseconds({ y, month, day, hour, minute, second, fraction, zone });
  }
  const dayFirst = DAY_FIRST.exec(text);
  if (dayFirst !== null) {
    const [, day, name, y, hour, minute, second, fraction, zone] = dayFirst;
    return nanoseconds({ y, month: monthOf(name), day, hour, minute, second, fraction, zone });
  }
  const glog = GLOG.exec(text);
  if (glog !== null) {
    const [, month, day, hour, minute, second, fraction] = glog;
    return nanoseconds({ y: String(year), month, day, hour, minute, second, fraction });
  }
  const monthFirst = MONTH_FIRST.exec(text);
  if (monthFirst !== null) {
    const [, name, day, hour, minute, second, fraction, y = String(year)] = monthFirst;
    return nanoseconds({ y, month: monthOf(name), day, hour, minute, second, fraction });
  }
  return epochNanoseconds(text);
}

type TimePart = 'y' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'zone';
type TimeParts = Readonly<{ [Part in TimePart]?: string | undefined }>;

function nanoseconds(parts: TimeParts): bigint | undefined {
  const { y, month, day, hour, minute, second = '0', fraction = '', zone = 'Z' } = parts;
  const ms = Date.UTC(
    Number(y),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  if (Number.isNaN(ms)) return undefined;
  const offset = /([+-])(\d\d):?(\d\d)/.exec(zone);
  const minutes = offset === null ? 0 : Number(offset[2]) * 60 + Number(offset[3]);
  const shifted = ms - (offset?.[1] === '-' ? -minutes : minutes) * 60_000;
  return BigInt(shifted) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function monthOf(name = ''): string | undefined {
  const index = MONTHS.indexOf(name.toLowerCase());
  return index < 0 ? undefined : String(index + 1);
}

function epochNanoseconds(text: string): bigint | undefined {
  const match = EPOCH.exec(text);
  if (match === null) return undefined;
  const [, seconds, fraction = '', digits = ''] = match;
  if (seconds !== undefined) {
    return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
  }
  return BigInt(digits.padEnd(19, '0'));
}
