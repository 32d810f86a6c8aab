import { inZone } from './zone.ts';

const MINUTE_MS = 60_000;

/** Time of day in the zone of the page with milliseconds: `14:03:07.120`. */
export function formatClock(ms: number): string {
  const date = inZone(ms);
  return `${hms(date)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Date and time in the zone of the page to the second: `2026-11-25 14:03:07`. */
export function formatDateTime(ms: number): string {
  const date = inZone(ms);
  return `${ymd(date)} ${hms(date)}`;
}

/** `14:03:07` when both ends are within a day of now, else with the date. */
export function formatShortTime(ms: number, nowMs: number): string {
  const date = inZone(ms);
  return ymd(date) === ymd(inZone(nowMs)) ? hms(date) : `${ymd(date).slice(5)} ${hms(date)}`;
}

/** Both ends of a stretch of time: `14:03:07 – 14:04:07`; `14:03 – 14:04` of whole minutes. */
export function formatShortRange(fromMs: number, toMs: number, nowMs: number): string {
  const areWhole = fromMs % MINUTE_MS === 0 && toMs % MINUTE_MS === 0 && toMs > fromMs;
  const say = (ms: number): string => {
    const text = formatShortTime(ms, nowMs);
    return areWhole ? text.slice(0, -':00'.length) : text;
  };
  return `${say(fromMs)} – ${say(toMs)}`;
}

/** Decimal nanoseconds since the epoch to milliseconds, the fraction kept. NaN for other text. */
export function unixNanoToMs(text: string): number {
  if (!/^\d{1,20}$/.test(text)) return Number.NaN;
  const nanos = BigInt(text);
  return Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1e6;
}

function ymd(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function hms(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
