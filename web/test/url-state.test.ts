import { describe, expect, it } from 'vitest';
import {
  linkTo,
  readChoice,
  readFlag,
  readList,
  readNumber,
  withParameters,
} from '../src/lib/location/parameters.ts';
import {
  absoluteRange,
  DEFAULT_RANGE,
  parseRelative,
  RELATIVE_CHOICES,
  rangeParameters,
  readRange,
  resolveRange,
  sayRelative,
  shiftRange,
  type TimeRange,
  widenRange,
} from '../src/lib/location/time-range.ts';

const NOW = 1_800_000_000_000;

function query(text: string): URLSearchParams {
  return new URLSearchParams(text);
}

function roundTrip(range: TimeRange): TimeRange {
  const { from, to } = rangeParameters(range);
  const parameters = new URLSearchParams();
  if (from !== null) parameters.set('from', from);
  if (to !== null) parameters.set('to', to);
  return readRange(parameters);
}

describe('the time range in the URL', () => {
  it('keeps a relative range relative', () => {
    const range = readRange(query('from=now-15m'));
    expect(range).toEqual({ kind: 'relative', spanMs: 900_000, text: '15m' });
    expect(resolveRange(range, NOW)).toEqual({ fromMs: NOW - 900_000, toMs: NOW });
    expect(resolveRange(range, NOW + 5000).toMs).toBe(NOW + 5000);
  });

  it('comes back the same for every choice and for a zoom', () => {
    for (const choice of RELATIVE_CHOICES) {
      const range = parseRelative(choice) ?? absoluteRange(0, 0);
      expect(roundTrip(range)).toEqual(range);
    }
    const zoomed = absoluteRange(NOW - 60_000.4, NOW);
    expect(roundTrip(zoomed)).toEqual(zoomed);
  });

  it.each(['', 'from=now-', 'from=now-0s', 'from=now-9999w', 'from=abc&to=5', 'from=5'])(
    'falls back to the last hour for %j',
    (text) => {
      expect(readRange(query(text))).toEqual(DEFAULT_RANGE);
    },
  );

  it('puts ends in order and keeps at least a second between them', () => {
    expect(absoluteRange(2000, 1000)).toEqual({ kind: 'absolute', fromMs: 1000, toMs: 2000 });
    expect(absoluteRange(1000, 1000)).toEqual({ kind: 'absolute', fromMs: 1000, toMs: 2000 });
  });

  it('moves by a share of its length and becomes fixed', () => {
    const moved = shiftRange(DEFAULT_RANGE, -0.5, NOW);
    expect(moved).toEqual(absoluteRange(NOW - 5_400_000, NOW - 1_800_000));
  });

  it('widens to twice the length, a relative range stays relative', () => {
    const wide = widenRange(DEFAULT_RANGE, NOW);
    expect(rangeParameters(wide).from).toBe('now-2h');
    expect(wide).toMatchObject({ kind: 'relative', spanMs: 7_200_000 });
    const fixed = absoluteRange(NOW - 2000, NOW - 1000);
    expect(widenRange(fixed, NOW)).toEqual(absoluteRange(NOW - 2500, NOW - 500));
    expect(resolveRange(widenRange(absoluteRange(NOW - 2000, NOW), NOW), NOW).toMs).toBe(NOW);
  });

  it('is said in words, whole units together', () => {
    expect(sayRelative('1h')).toBe('Last hour');
    expect(sayRelative('15m')).toBe('Last 15 minutes');
    expect(sayRelative('7200s')).toBe('Last 2 hours');
  });
});

describe('parameters', () => {
  const here = new URL('http://sonde/traces?from=now-6h&service=cart&refresh=10s&cursor=x');

  it('changes what the patch names and nothing else', () => {
    const next = withParameters(here, { service: 'ad', cursor: null, errors: true });
    expect(next).toBe('/traces?from=now-6h&service=ad&refresh=10s&errors=true');
  });

  it('drops empty and false values', () => {
    expect(withParameters(here, { service: '', cursor: undefined, refresh: false })).toBe(
      '/traces?from=now-6h',
    );
  });

  it('takes the time range along to another page, and no filter', () => {
    expect(linkTo(here, '/logs', { trace: 'abc' })).toBe('/logs?from=now-6h&refresh=10s&trace=abc');
    expect(linkTo(new URL('http://sonde/traces'), '/logs')).toBe('/logs');
  });

  it('reads text that anybody may have typed', () => {
    expect(readFlag(query('own=true'), 'own')).toBe(true);
    expect(readFlag(query('own=1'), 'own')).toBe(false);
    expect(readNumber(query('severity=17'), 'severity')).toBe(17);
    expect(readNumber(query('severity=-1'), 'severity')).toBeUndefined();
    expect(readNumber(query('severity='), 'severity')).toBeUndefined();
    expect(readChoice(query('sort=zzz'), 'sort', ['rate', 'p95'])).toBe('rate');
    expect(readList(query('c=a,,b,c'), 'c', 2)).toEqual(['a', 'b']);
    const ids = Array.from({ length: 200 }, (_, i) => String(i).padStart(16, 'f'));
    expect(readList(query(`c=${ids.join(',')}`), 'c', 200)).toEqual(ids);
    expect(readList(query(''), 'c', 2)).toEqual([]);
  });
});
