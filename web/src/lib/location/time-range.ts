/** What the URL says about time: a span that ends now and moves with it, or two fixed ends. */
export type TimeRange =
  | { readonly kind: 'relative'; readonly spanMs: number; readonly text: string }
  | { readonly kind: 'absolute'; readonly fromMs: number; readonly toMs: number };

export interface ResolvedRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Longest range that the page asks for: past it nothing is kept. */
const SPAN_MS_MAX = 400 * 86_400_000;
const SPAN_MS_MIN = 1000;

export const DEFAULT_RANGE: TimeRange = { kind: 'relative', spanMs: 3_600_000, text: '1h' };

/** Offered in the picker, shortest first. */
export const RELATIVE_CHOICES: readonly string[] = [
  '5m',
  '15m',
  '30m',
  '1h',
  '3h',
  '6h',
  '12h',
  '1d',
  '2d',
  '7d',
  '14d',
];

/** `15m`, `1h`, `7d` to a range that ends now; undefined for other text. */
export function parseRelative(text: string): TimeRange | undefined {
  const match = /^\s*(\d{1,5})\s*([smhdw])\s*$/.exec(text);
  const unitMs = UNIT_MS[match?.[2] ?? ''];
  if (match === null || unitMs === undefined) return undefined;
  const spanMs = Number(match[1]) * unitMs;
  if (spanMs < SPAN_MS_MIN || spanMs > SPAN_MS_MAX) return undefined;
  return { kind: 'relative', spanMs, text: `${Number(match[1])}${match[2]}` };
}

/**
 * Reads `from` and `to`: `now-1h` alone, or two times in milliseconds. Anything else: the default.
 */
export function readRange(parameters: URLSearchParams): TimeRange {
  const from = parameters.get('from') ?? '';
  if (from.startsWith('now-')) return parseRelative(from.slice(4)) ?? DEFAULT_RANGE;
  return absoluteRange(Number(from || Number.NaN), Number(parameters.get('to') ?? Number.NaN));
}

/** Two ends in any order; the default range when they are no times. */
export function absoluteRange(a: number, b: number): TimeRange {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return DEFAULT_RANGE;
  const fromMs = Math.floor(Math.min(a, b));
  const toMs = Math.max(fromMs + SPAN_MS_MIN, Math.ceil(Math.max(a, b)));
  return { kind: 'absolute', fromMs: Math.max(fromMs, toMs - SPAN_MS_MAX), toMs };
}

/** The URL parameters of a range; the default range needs none. */
export function rangeParameters(range: TimeRange): { from: string | null; to: string | null } {
  if (range.kind === 'absolute') return { from: String(range.fromMs), to: String(range.toMs) };
  if (range.text === '1h') return { from: null, to: null };
  return { from: `now-${range.text}`, to: null };
}

export function resolveRange(range: TimeRange, nowMs: number): ResolvedRange {
  if (range.kind === 'absolute') return { fromMs: range.fromMs, toMs: range.toMs };
  return { fromMs: nowMs - range.spanMs, toMs: nowMs };
}

/** The range moved by a share of its length; negative is back. Always absolute afterwards. */
export function shiftRange(range: TimeRange, share: number, nowMs: number): TimeRange {
  const { fromMs, toMs } = resolveRange(range, nowMs);
  const shift = Math.round((toMs - fromMs) * share);
  return absoluteRange(fromMs + shift, toMs + shift);
}

/** Twice the length around the same middle, not past now. */
export function widenRange(range: TimeRange, nowMs: number): TimeRange {
  if (range.kind === 'relative') return parseRelative(spanText(range.spanMs * 2)) ?? range;
  const half = Math.round((range.toMs - range.fromMs) / 2);
  return absoluteRange(range.fromMs - half, Math.min(range.toMs + half, nowMs));
}

const SPAN_WORDS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
};

/** `Last 15 minutes`, `Last hour`. Seconds that make whole larger units are said in those. */
export function sayRelative(text: string): string {
  const parsed = parseRelative(text);
  if (parsed?.kind !== 'relative') return text;
  const unit = largestWholeUnit(parsed.spanMs);
  const amount = parsed.spanMs / (UNIT_MS[unit] ?? 1);
  const word = SPAN_WORDS[unit] ?? unit;
  return amount === 1 ? `Last ${word}` : `Last ${amount} ${word}s`;
}

/** As short as the choices of the picker: `30m`, not `1800s`. */
function spanText(spanMs: number): string {
  const unit = largestWholeUnit(spanMs);
  return `${spanMs / (UNIT_MS[unit] ?? 1)}${unit}`;
}

function largestWholeUnit(spanMs: number): string {
  for (const unit of ['d', 'h', 'm']) {
    if (spanMs % (UNIT_MS[unit] ?? 1) === 0) return unit;
  }
  return 's';
}
