import { describe, expect, it } from 'vitest';
import { runOperators } from './run-operators.ts';

function time(body: unknown, config: object): string | undefined {
  const operator = { type: 'time_parser', parse_from: 'body', ...config };
  return runOperators([operator], [{ body }])[0]?.timestamp;
}

describe('a time', () => {
  it.each<readonly [string, string, string, string]>([
    [
      '%Y-%m-%dT%H:%M:%S.%LZ',
      '2022-01-02T14:24:56.123456789Z',
      'UTC',
      '2022-01-02T14:24:56.123456789Z',
    ],
    ['%Y-%m-%d %H:%M:%S.%f %z', '2022-01-02 07:24:56,123 -0700', 'UTC', '2022-01-02T14:24:56.123Z'],
    ['%Y-%m-%d %H:%M:%S', '2022-07-02 07:24:56.5', 'America/New_York', '2022-07-02T11:24:56.5Z'],
    ['%Y-%m-%d %H:%M:%S', '2022-01-02 07:24:56', 'America/New_York', '2022-01-02T12:24:56Z'],
    ['%a %b %e %H:%M:%S %Y', 'Fri Jun  5 13:50:27 2020', 'UTC', '2020-06-05T13:50:27Z'],
    ['%d/%b/%Y:%H:%M:%S %z', '10/Oct/2000:13:55:36 +0200', 'UTC', '2000-10-10T11:55:36Z'],
    ['%c', 'Mon Jan 02 15:04:05 2006', 'UTC', '2006-01-02T15:04:05Z'],
    ['%D %r', '01/02/06 03:04:05 pm', 'UTC', '2006-01-02T15:04:05Z'],
    ['%F %T', '2006-01-02 12:00:00', 'UTC', '2006-01-02T12:00:00Z'],
    ['%B %g, %Y %I:%M %p', 'January 2, 2006 12:04 AM', 'UTC', '2006-01-02T00:04:00Z'],
    ['%Y-%m-%d %H:%M:%S %Z', '2020-06-05 13:50:27 EST', 'America/New_York', '2020-06-05T17:50:27Z'],
    ['%Y-%m-%d %H:%M:%S %Z', '2020-06-05 13:50:27 UTC', 'America/New_York', '2020-06-05T13:50:27Z'],
    ['100%% %Y%m%d', '100% 20200605', 'UTC', '2020-06-05T00:00:00Z'],
    ['%Y %j', '2020 -01:30', 'UTC', '2020-01-01T01:30:00Z'],
  ])('of strptime %s: %s in %s', (layout, text, location, expected) => {
    expect(time(text, { layout, location })).toBe(expected);
  });

  it.each<readonly [string, string, string]>([
    ['2006-01-02T15:04:05Z07:00', '2020-06-05T13:50:27.25+02:00', '2020-06-05T11:50:27.25Z'],
    ['2006-01-02T15:04:05.999Z', '2020-06-05T13:50:27.123456Z', '2020-06-05T13:50:27.123456Z'],
    ['Jan _2 2006 3:04PM', 'Jun  5 2020 1:50PM', '2020-06-05T13:50:00Z'],
    ['Mon, 02 Jan 2006 15:04:05 -0700', 'Fri, 05 Jun 2020 13:50:27 -0100', '2020-06-05T14:50:27Z'],
    ['2006-002', '2020-060', '2020-02-29T00:00:00Z'],
    ['02.01.06 15h04', '05.06.20 13h50', '2020-06-05T13:50:00Z'],
  ])('of gotime %s: %s', (layout, text, expected) => {
    expect(time(text, { layout_type: 'gotime', layout, location: 'UTC' })).toBe(expected);
  });

  it.each<readonly [string, unknown, string]>([
    ['s', 1136214245, '2006-01-02T15:04:05Z'],
    ['s', '1136214245.5', '2006-01-02T15:04:05.5Z'],
    ['ms', '1136214245123', '2006-01-02T15:04:05.123Z'],
    ['us', 1136214245123456, '2006-01-02T15:04:05.123456Z'],
    ['ns', '1136214245123456789', '2006-01-02T15:04:05.123456789Z'],
    ['s.ms', 1136214245.123, '2006-01-02T15:04:05.123Z'],
    ['s.ns', '1136214245.123456789', '2006-01-02T15:04:05.123456789Z'],
  ])('of epoch %s: %s', (layout, value, expected) => {
    expect(time(value, { layout_type: 'epoch', layout })?.slice(0, 29)).toMatch(
      new RegExp(`^${expected.slice(0, 23)}`),
    );
  });

  it('takes zones by their abbreviation', () => {
    const config = {
      layout: '%a %b %d %H:%M:%S %Z %Y',
      location: 'Asia/Kolkata',
      time_zone_locations: { PDT: 'America/Los_Angeles', NZST: 'Pacific/Auckland' },
    };
    expect(time('Wed Aug 27 15:08:58 IST 2025', config)).toBe('2025-08-27T09:38:58Z');
    expect(time('Wed Aug 20 14:08:48 PDT 2025', config)).toBe('2025-08-20T21:08:48Z');
    expect(time('Tue Jul 15 10:00:00 NZST 2025', config)).toBe('2025-07-14T22:00:00Z');
  });

  it('without a year is of this one, or of the last where it would be far ahead', () => {
    const now = new Date();
    const ahead = new Date(now.getTime() + 30 * 86_400_000);
    const month = ahead.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
    const day = String(ahead.getUTCDate()).padStart(2, '0');
    const parsed = time(`${month} ${day} 00:00:00`, { layout: '%b %d %H:%M:%S', location: 'UTC' });
    expect(parsed?.slice(0, 4)).toBe(String(ahead.getUTCFullYear() - 1));
  });

  it.each([
    ['%Y-%m-%d', '2021-02-29'],
    ['%Y-%m-%d', '2021-13-01'],
    ['%Y-%m-%d', '2021-01-01 extra'],
    ['%H:%M', '24:00'],
    ['%b', 'Foo'],
  ])('of %s is not %s', (layout, text) => {
    expect(time(text, { layout, location: 'UTC' })).toBeUndefined();
  });
});
