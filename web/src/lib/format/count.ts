import { significant, UNIT_GAP } from './significant.ts';

const STEPS = [
  { size: 1e12, unit: 'T' },
  { size: 1e9, unit: 'G' },
  { size: 1e6, unit: 'M' },
  { size: 1e3, unit: 'k' },
] as const;

const COMPACT_FROM = 100_000;

/**
 * A whole number: exact below a hundred thousand (`9,412`), three digits above (`124 k`, `3.05 M`).
 */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value < 0) return `−${formatCount(-value)}`;
  if (value < COMPACT_FROM) return formatExact(Math.round(value));
  for (const step of STEPS) {
    if (value >= step.size * 0.9995) return significant(value / step.size) + UNIT_GAP + step.unit;
  }
  return formatExact(value);
}

/** Every digit, grouped: `1,234,567`. */
export function formatExact(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `1 span`, `2 spans`, `124 k spans`. */
export function formatCounted(value: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(value)} ${value === 1 ? noun : plural}`;
}
