import { z } from 'zod';
import { refuseReading } from './refuse.ts';

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

const PART = /^([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([^0-9.]*)/;
/** Parts such as `1h`, `30m` in one duration. */
const PARTS_MAX = 64;

export type DurationResult =
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly reason: string };

/** Go's `time.ParseDuration`: `300ms`, `1h30m`, `-1.5s`, `0`. Milliseconds, with fractions. */
export function parseDuration(text: string): DurationResult {
  const quoted = JSON.stringify(text);
  const negative = text.startsWith('-');
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') return { ok: true, ms: 0 };
  if (rest === '') return { ok: false, reason: `time: invalid duration ${quoted}` };
  let ms = 0;
  for (let part = 0; rest !== '' && part < PARTS_MAX; part += 1) {
    const match = PART.exec(rest);
    if (match === null) return { ok: false, reason: `time: invalid duration ${quoted}` };
    const [whole, amount = '', unit = ''] = match;
    if (unit === '') return { ok: false, reason: `time: missing unit in duration ${quoted}` };
    const unitMs = UNIT_MS.get(unit);
    if (unitMs === undefined) {
      const reason = `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
      return { ok: false, reason };
    }
    ms += Number(amount) * unitMs;
    rest = rest.slice(whole.length);
  }
  if (rest !== '') return { ok: false, reason: `time: invalid duration ${quoted}` };
  return { ok: true, ms: negative ? -ms : ms };
}

/** Go's `Duration.String`: `5m0s`, `1h0m0.5s`, `200ms`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1e-3) return `${ms * 1e6}ns`;
  if (ms < 1) return `${ms * 1000}µs`;
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = `${(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

const DURATION_SCHEMAS = new WeakSet<object>();

/** True for a schema that `duration` made. */
export function isDurationSchema(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && DURATION_SCHEMAS.has(schema);
}

/**
 * A Go duration as milliseconds. `initial` is what an absent or null field stands for; without one
 * the field must be given. A bare number other than 0 is refused: upstream takes it for
 * nanoseconds, which nobody who writes `timeout: 5` means.
 */
export function duration(initial: string): z.ZodPrefault<z.ZodType<number>>;
export function duration(): z.ZodType<number>;
export function duration(initial?: string): z.ZodType<number> {
  const schema = z.union([z.string(), z.number()]).transform((value, context): number => {
    if (value === 0) return 0;
    const parsed = parseDuration(String(value));
    if (parsed.ok) return parsed.ms;
    const bare = typeof value === 'number' || /^[0-9.]+$/.test(value);
    refuseReading(context, {
      // Upstream names no values here.
      text: parsed.reason.replace(/ ".*$/s, ''),
      hint: bare
        ? `write the unit: ${value}s, ${value}ms`
        : `${JSON.stringify(value)}: units are ns, us, ms, s, m, h`,
    });
    return z.NEVER;
  });
  DURATION_SCHEMAS.add(schema);
  return initial === undefined ? schema : schema.prefault(initial);
}
