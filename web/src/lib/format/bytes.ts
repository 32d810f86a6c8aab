import { significant, UNIT_GAP } from './significant.ts';

const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes in powers of ten, as disks and bills count: `812 B`, `4.21 MB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '–';
  if (bytes < 0) return `−${formatBytes(-bytes)}`;
  if (bytes < 999.5) return `${Math.round(bytes)}${UNIT_GAP}B`;
  let value = bytes;
  for (const unit of UNITS) {
    value /= 1000;
    if (value < 999.5 || unit === 'PB') return significant(value) + UNIT_GAP + unit;
  }
  return `${bytes}${UNIT_GAP}B`;
}
