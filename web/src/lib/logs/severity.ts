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

/** Offered as least severity; the value is the first number of the range. */
export const SEVERITY_CHOICES: readonly { readonly from: number; readonly label: string }[] = [
  { from: 5, label: 'Debug and above' },
  { from: 9, label: 'Info and above' },
  { from: 13, label: 'Warn and above' },
  { from: 17, label: 'Error and above' },
  { from: 21, label: 'Fatal' },
];

/** `ERROR` for 17 to 20 and so on; empty for 0, which is "not said". */
export function severityName(severityNumber: number): string {
  return RANGES.find(({ from }) => severityNumber >= from)?.name ?? '';
}

export function severityClass(severityNumber: number): SeverityClass {
  if (severityNumber >= 17) return 'error';
  return severityNumber >= 13 ? 'warn' : 'other';
}
