export type SeverityClass = 'error' | 'warn' | 'other';

/** First severity numbers of OpenTelemetry's ranges, highest first. */
const RANGES = [
  { from: 21, name: 'FATAL' },
  { from: 17, name: 'ERROR' },
  { from: 13, name: 'WARN' },
  { from: 9, name: 'INFO' },
  { from: 5, name: 'DEBUG' },
  { from: 1, name: 'TRACE' },
] as const;

/** `ERROR` for 17 to 20 and so on; empty for 0, which is "not said". */
export function severityName(severityNumber: number): string {
  return RANGES.find(({ from }) => severityNumber >= from)?.name ?? '';
}

export function severityClass(severityNumber: number): SeverityClass {
  if (severityNumber >= 17) return 'error';
  return severityNumber >= 13 ? 'warn' : 'other';
}

const LEVEL_COLOURS: Readonly<Record<string, string>> = {
  fatal: 'var(--series-4)',
  error: 'var(--mark-errors)',
  warn: 'var(--mark-warn)',
  info: 'var(--mark-requests)',
  debug: 'var(--mark-quiet)',
  trace: 'var(--line-strong)',
  unset: 'var(--line-strong)',
};

/** Of a level's marks, as CSS text. */
export function levelColour(level: string): string {
  return LEVEL_COLOURS[level] ?? 'var(--mark-quiet)';
}
