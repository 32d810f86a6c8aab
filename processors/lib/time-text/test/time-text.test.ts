import { describe, expect, it } from 'vitest';
import {
  defaultZone,
  formatDuration,
  formatGoTime,
  formatStrptime,
  LocaleError,
  loadTimeLocale,
  loadZone,
  parseDuration,
  parseGoTime,
  parseTimeInZone,
  StrptimeFormatError,
  StrptimeReader,
  TimeParseError,
  timeFromCivil,
  translateTime,
  truncateTime,
  UnknownZoneError,
  UTC,
  validateStrptime,
  wallTimeOf,
  withYear,
  zoneOf,
} from '../src/index.ts';

const ISO = '2006-01-02T15:04:05.999999999Z07:00';

function nanos(iso: string): bigint {
  return BigInt(Date.parse(iso)) * 1_000_000n;
}

describe('A Go layout', () => {
  it.each([
    ['2006-01-02T15:04:05Z07:00', '2024-02-29T23:59:58+05:30', '2024-02-29T18:29:58Z'],
    ['02/Jan/2006:15:04:05 -0700', '10/Oct/2000:13:55:36 -0700', '2000-10-10T20:55:36Z'],
    ['Mon Jan _2 15:04:05 2006', 'Tue Mar  5 01:02:03 2024', '2024-03-05T01:02:03Z'],
    ['2006-002 15:04', '2024-060 12:00', '2024-02-29T12:00:00Z'],
    ['3:04PM 2 January 06', '12:30AM 1 May 69', '1969-05-01T00:30:00Z'],
    ['2006-01-02 15:04:05.000', '2024-01-01 00:00:00.250', '2024-01-01T00:00:00.250Z'],
  ])('%s reads %s', (layout, text, iso) => {
    expect(parseGoTime(layout, text, UTC).unixNano).toBe(nanos(iso));
  });

  it('keeps nine digits of a fraction, whether or not the layout has one', () => {
    const time = parseGoTime('15:04:05', '01:02:03.1234567891', UTC);
    expect(wallTimeOf(time).nanosecond).toBe(123_456_789);
  });

  it.each([
    ['2006-01-02', '2024-13-01', 'parsing time "2024-13-01": month out of range'],
    ['2006-01-02', '2023-02-29', 'parsing time "2023-02-29": day out of range'],
    [
      '2006-01-02',
      '2023-02-2x',
      'parsing time "2023-02-2x" as "2006-01-02": cannot parse "2x" as "02"',
    ],
    ['2006', '2023é', 'parsing time "2023\\xc3\\xa9": extra text: "\\xc3\\xa9"'],
    ['15:04', '25:00', 'parsing time "25:00": hour out of range'],
    ['2006-002', '2023-366', 'parsing time "2023-366": day-of-year out of range'],
  ])('%s refuses %s', (layout, text, message) => {
    expect(() => parseGoTime(layout, text, UTC)).toThrow(TimeParseError);
    expect(() => parseGoTime(layout, text, UTC)).toThrow(message);
  });

  it('writes what it reads', () => {
    for (const text of [
      '0001-01-01T00:00:00Z',
      '2024-02-29T12:13:14.5+01:00',
      '1969-12-31T23:59:59.999999999Z',
    ]) {
      expect(formatGoTime(parseGoTime(ISO, text, UTC), ISO)).toBe(text);
    }
  });

  it('does not take a word for a month', () => {
    expect(formatGoTime({ unixNano: 0n, zone: UTC }, 'Janet Monet _2006 .009 2')).toBe(
      'Janet Monet _1970 .009 1',
    );
  });
});

describe('A zone', () => {
  it('knows summer time, and the hour that is there twice', () => {
    const paris = loadZone('Europe/Paris');
    const wall = { year: 2024, month: 10, day: 27, hour: 2, minute: 30, second: 0, nanosecond: 0 };
    const time = timeFromCivil(wall, paris);
    expect(formatGoTime(time, '15:04 MST -0700')).toBe('02:30 CET +0100');
    const earlier = { unixNano: time.unixNano - 3_600_000_000_000n, zone: paris };
    expect(formatGoTime(earlier, '15:04 MST -0700')).toBe('02:30 CEST +0200');
  });

  it('has its abbreviations all through the year', () => {
    const paris = loadZone('Europe/Paris');
    const names = Array.from({ length: 12 }, (_, month) =>
      paris.abbreviationAt(Date.UTC(2024, month, 28, 12) / 1000),
    );
    expect(
      names.map((name) => (name === 'CEST' ? 'S' : name === 'CET' ? 'w' : name)).join(''),
    ).toBe('wwwSSSSSSwww');
    expect(loadZone('America/New_York').abbreviationAt(Date.UTC(2024, 6, 1) / 1000)).toBe('EDT');
    expect(loadZone('Australia/Sydney').abbreviationAt(Date.UTC(2024, 0, 1) / 1000)).toBe('AEDT');
    expect(loadZone('America/Sao_Paulo').abbreviationAt(0)).toBe('-03');
  });

  it('is found again by its id', () => {
    for (const id of ['UTC', 'Asia/Tokyo', '+05:30', '-07:30:15']) expect(zoneOf(id).id).toBe(id);
    expect(zoneOf('-07:30:15').offsetAt(0)).toBe(-27_015);
  });

  it('is refused when the database does not have it', () => {
    for (const name of ['Nowhere/Land', 'PST', 'CEST']) {
      expect(() => loadZone(name)).toThrow(new UnknownZoneError(name));
    }
  });

  it('is UTC without a name where the format ends in Z', () => {
    expect(defaultZone(undefined, '%H:%MZ').id).toBe('UTC');
    expect(defaultZone('', '%H:%M').id).toBe('Local');
    expect(defaultZone('Asia/Tokyo', '%H:%MZ').id).toBe('Asia/Tokyo');
  });
});

describe('A strptime format', () => {
  const read = (format: string, text: string): bigint =>
    new StrptimeReader(format).read((layout) => parseTimeInZone(layout, text, UTC)).unixNano;

  it('reads numbers with and without zeros and with spaces before them', () => {
    for (const text of ['2024-03-05 01:02:03', '2024-3-5 1:2:3', '2024- 3-  5 01: 2:03']) {
      expect(read('%Y-%m-%d %H:%M:%S', text)).toBe(nanos('2024-03-05T01:02:03Z'));
    }
  });

  it('goes on from one form of an offset to another', () => {
    const reader = new StrptimeReader('%FT%T%z');
    for (const text of [
      '2024-03-05T01:02:03Z',
      '2024-03-05T02:02:03+01:00',
      '2024-03-05T02:02:03+01',
      '2024-03-05T02:02:03+0100',
    ]) {
      const time = reader.read((layout) => parseTimeInZone(layout, text, UTC));
      expect(time.unixNano).toBe(nanos('2024-03-05T01:02:03Z'));
    }
  });

  it('names the directive that failed', () => {
    expect(() => read('%Y-%b', '2024-Foo')).toThrow(
      'parsing time "2024-Foo" as "%Y-%b": cannot parse "Foo" as "%b"',
    );
  });

  it('is refused with what it cannot be', () => {
    expect(() => validateStrptime('%Q %E')).toThrow(
      'invalid strptime format: [unsupported ctimefmt.toNative() directive: %Q unsupported ctimefmt.toNative() directive: %E]',
    );
    expect(() => validateStrptime('2006')).toThrow(StrptimeFormatError);
    expect(() => validateStrptime('%S%f')).toThrow("invalid fractional seconds directive: 'S%f'");
  });

  it('writes a time', () => {
    const time = { unixNano: nanos('2024-03-05T01:02:03Z') + 4_500_000n, zone: UTC };
    expect(formatStrptime('%d/%b/%Y %I:%M:%S.%L%p %%', time)).toBe('05/Mar/2024 01:02:03.004AM %');
  });
});

describe('Other languages', () => {
  it.each([
    ['de', 'Monday, 2. January 2006', 'Dienstag, 5. März 2024', 'Tuesday, 5. March 2024'],
    ['fr', '2 January 2006', '5 août 2024', '5 August 2024'],
    ['pl', '2 January 2006', '5 marca 2024', '5 March 2024'],
    ['es', '3:04 PM', '1:02 p.m.', '1:02 PM'],
  ])('%s: %s', (language, layout, text, english) => {
    expect(translateTime(layout, text, loadTimeLocale(language))).toBe(english);
  });

  it('are refused where there is none', () => {
    expect(() => loadTimeLocale('xx-nope')).toThrow(LocaleError);
    expect(() => translateTime('January', 'Quux', loadTimeLocale('fr'))).toThrow(
      'value "Quux" does not match the layout element "January"',
    );
  });
});

describe('A time without a year', () => {
  const now = nanos('2024-01-03T00:00:00Z');
  const dated = (text: string): string =>
    formatGoTime(withYear(parseGoTime('Jan 2', text, UTC), now), '2006-01-02');

  it('is of this year, or of the last where it would lie more than a week ahead', () => {
    expect(dated('Jan 2')).toBe('2024-01-02');
    expect(dated('Jan 10')).toBe('2024-01-10');
    expect(dated('Jan 11')).toBe('2023-01-11');
    expect(dated('Dec 31')).toBe('2023-12-31');
  });

  it('keeps a year that it has', () => {
    const time = parseGoTime('2006', '1999', UTC);
    expect(withYear(time, now)).toBe(time);
  });
});

describe('A duration', () => {
  it.each([
    ['1h15m30.918s', 4_530_918_000_000n],
    ['-1.5h', -5_400_000_000_000n],
    ['100µs', 100_000n],
    ['0', 0n],
    ['.5ns', 0n],
  ])('%s is read', (text, ns) => {
    expect(parseDuration(text)).toBe(ns);
  });

  it.each([
    ['', 'time: invalid duration ""'],
    ['3', 'time: missing unit in duration "3"'],
    ['3 s', 'time: unknown unit " s" in duration "3 s"'],
    ['2562048h', 'time: invalid duration "2562048h"'],
  ])('%s is refused', (text, message) => {
    expect(() => parseDuration(text)).toThrow(message);
  });

  it.each([
    [0n, '0s'],
    [1n, '1ns'],
    [1_500n, '1.5µs'],
    [-2_000_000n, '-2ms'],
    [90_000_000_000n, '1m30s'],
    [3_600_500_000_000n, '1h0m0.5s'],
  ])('%s is written as %s', (ns, text) => {
    expect(formatDuration(ns)).toBe(text);
  });

  it('cuts a time', () => {
    const time = { unixNano: nanos('2024-03-05T01:02:03Z') + 7n, zone: UTC };
    expect(truncateTime(time, 60_000_000_000n).unixNano).toBe(nanos('2024-03-05T01:02:00Z'));
  });
});
