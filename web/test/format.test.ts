import { afterEach, describe, expect, it } from 'vitest';
import { timeTicks } from '../src/lib/charts/time-axis.ts';
import { formatBytes } from '../src/lib/format/bytes.ts';
import {
  formatDateTime,
  formatShortRange,
  formatShortTime,
  unixNanoToMs,
} from '../src/lib/format/clock-time.ts';
import { formatCount, formatCounted, formatExact } from '../src/lib/format/count.ts';
import { formatDuration, formatDurationTick, parseDuration } from '../src/lib/format/duration.ts';
import { formatMetricValue } from '../src/lib/format/metric-value.ts';
import { printable } from '../src/lib/format/printable.ts';
import { formatRate, formatRateTick } from '../src/lib/format/rate.ts';
import { formatRatio } from '../src/lib/format/ratio.ts';
import { formatRelativeTime } from '../src/lib/format/relative-time.ts';
import { chooseZone, parseInZone } from '../src/lib/format/zone.ts';

/** Units stand behind a no-break space; the tests read better with a plain one. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('a stretch of time', () => {
  const at = (clock: string): number => new Date(`2026-11-25T${clock}`).getTime();

  it('has seconds only where its ends have', () => {
    const now = at('20:00:00');
    expect(formatShortRange(at('14:03:00'), at('15:00:00'), now)).toBe('14:03 – 15:00');
    expect(formatShortRange(at('14:03:00'), at('14:03:30'), now)).toBe('14:03:00 – 14:03:30');
    const dayBefore = at('14:03:00') - 86_400_000;
    expect(formatShortRange(dayBefore, at('14:03:00'), now)).toBe('11-24 14:03 – 14:03');
  });
});

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [7, '7 ns'],
    [812, '812 ns'],
    [4210, '4.21 µs'],
    [12_400_000, '12.4 ms'],
    [1_500_000_000, '1.50 s'],
    [59_990_000_000, '60.0 s'],
    [125e9, '2 m 5 s'],
    [3600e9 * 3 + 240e9, '3 h 4 m'],
    [86_400e9 * 2 + 3600e9, '2 d 1 h'],
    [-5_000_000, '−5.00 ms'],
  ])('%d ns is %s', (ns, text) => {
    expect(plain(formatDuration(ns))).toBe(text);
  });

  it('never prints a thousand of a unit that has a larger one', () => {
    expect(plain(formatDuration(999_960))).toBe('1.00 ms');
    expect(plain(formatDuration(119.8e9))).toBe('2 m');
    expect(plain(formatDuration(Number.NaN))).toBe('–');
  });

  it('leaves zeros out on axes, and only those behind the point', () => {
    expect(plain(formatDurationTick(1_500_000))).toBe('1.5 ms');
    expect(plain(formatDurationTick(2_000_000_000))).toBe('2 s');
    expect(plain(formatDurationTick(100_000_000))).toBe('100 ms');
  });

  it('reads what people type, milliseconds without a unit', () => {
    expect(parseDuration('250')).toBe(250e6);
    expect(parseDuration(' 1.5 s ')).toBe(1.5e9);
    expect(parseDuration('30us')).toBe(30_000);
    expect(parseDuration('12ns')).toBe(12);
    expect(parseDuration('')).toBeUndefined();
    expect(parseDuration('fast')).toBeUndefined();
    expect(parseDuration('-5ms')).toBeUndefined();
  });
});

describe('counts, rates, ratios and bytes', () => {
  it('shows every digit below a hundred thousand and three above', () => {
    expect(plain(formatCount(9412))).toBe('9,412');
    expect(plain(formatCount(124_000))).toBe('124 k');
    expect(plain(formatCount(999_999))).toBe('1.00 M');
    expect(formatExact(1_234_567)).toBe('1,234,567');
    expect(formatCounted(1, 'span')).toBe('1 span');
    expect(formatCounted(0, 'span')).toBe('0 spans');
    expect(formatCounted(3, 'series', 'series')).toBe('3 series');
  });

  it('does not round a small rate or share to nothing', () => {
    expect(formatRate(0)).toBe('0');
    expect(formatRate(0.001)).toBe('<0.01');
    expect(formatRate(12.44)).toBe('12.4');
    expect([0, 0.005, 0.015, 0.2].map(formatRateTick)).toEqual(['0', '0.005', '0.015', '0.20']);
    expect(plain(formatRatio(0))).toBe('0 %');
    expect(plain(formatRatio(0.00001))).toBe('<0.01 %');
    expect(plain(formatRatio(0.0251))).toBe('2.51 %');
    expect(plain(formatRatio(0.99999))).toBe('>99.99 %');
    expect(plain(formatRatio(1))).toBe('100 %');
  });

  it('counts bytes in powers of ten', () => {
    expect(plain(formatBytes(812))).toBe('812 B');
    expect(plain(formatBytes(999_700))).toBe('1.00 MB');
    expect(plain(formatBytes(2.1e9))).toBe('2.10 GB');
  });
});

describe('metric values by their UCUM unit', () => {
  it.each([
    [2.1e9, 'By', '2.10 GB'],
    [512, 'MiBy', '537 MB'],
    [0.08, 's', '80.0 ms'],
    [12, 'ms', '12.0 ms'],
    [61.25, '%', '61.3 %'],
    [0.4, '1', '0.40'],
    [18, '{connection}', '18'],
    [3, 'Cel', '3 Cel'],
    [1500, 'By/s', '1.50 kB/s'],
  ])('%d in %s is %s', (value, unit, text) => {
    expect(plain(formatMetricValue(value, unit))).toBe(text);
  });

  it('marks a rate, and does not call seconds a second a duration', () => {
    expect(plain(formatMetricValue(3e6, 'By', true))).toBe('3.00 MB/s');
    expect(plain(formatMetricValue(0.5, 's', true))).toBe('0.50 s/s');
  });
});

describe('text from outside', () => {
  it('turns nothing around and hides nothing', () => {
    expect(printable('a\u202egnp.exe\u2066b\u0007')).toBe('a\ufffdgnp.exe\ufffdb\ufffd');
    expect(printable('שלום\n\tok')).toBe('שלום\n\tok');
  });

  it('is cut where it is only weight', () => {
    expect(printable('x'.repeat(1_000_000))).toHaveLength(1025);
  });
});

describe('times', () => {
  it('says how long ago in the largest whole unit', () => {
    expect(formatRelativeTime(1_000_000, 1_000_400)).toBe('just now');
    expect(formatRelativeTime(0, 12_000)).toBe('12 s ago');
    expect(formatRelativeTime(0, 3 * 3_600_000)).toBe('3 h ago');
    expect(formatRelativeTime(300_000, 0)).toBe('in 5 min');
  });

  it('keeps what nanoseconds have below a millisecond', () => {
    expect(unixNanoToMs('1700000000000500000')).toBe(1_700_000_000_000.5);
    expect(unixNanoToMs('')).toBeNaN();
    expect(unixNanoToMs('12x')).toBeNaN();
  });

  it('leaves the date out on the same day alone', () => {
    const noon = new Date(2026, 4, 3, 12, 0, 0).getTime();
    expect(formatShortTime(noon, noon + 1000)).toBe('12:00:00');
    expect(formatShortTime(noon, noon + 86_400_000)).toBe('05-03 12:00:00');
  });
});

describe('the zone of the page', () => {
  afterEach(() => chooseZone('local'));

  it('is the clock that every time is written and read by', () => {
    const ms = Date.UTC(2026, 10, 25, 14, 3, 7);
    chooseZone('utc');
    expect(formatDateTime(ms)).toBe('2026-11-25 14:03:07');
    expect(parseInZone('2026-11-25 14:03:07')).toBe(ms);
    expect(parseInZone('2026-11-25T15:03:07+01:00')).toBe(ms);
    expect(timeTicks(ms, ms + 3_600_000, 100)[0]?.label).toMatch(/^\d\d:\d\d$/);
    chooseZone('local');
    expect(parseInZone(formatDateTime(ms))).toBe(ms);
  });
});
