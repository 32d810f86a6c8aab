const STEPS = [
  { ms: 86_400_000, unit: 'd' },
  { ms: 3_600_000, unit: 'h' },
  { ms: 60_000, unit: 'min' },
  { ms: 1000, unit: 's' },
] as const;

/**
 * How long ago: `just now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`; `in 5 min` when ahead.
 */
export function formatRelativeTime(ms: number, nowMs: number): string {
  const age = nowMs - ms;
  const size = Math.abs(age);
  for (const step of STEPS) {
    if (size < step.ms) continue;
    const text = `${Math.floor(size / step.ms)} ${step.unit}`;
    return age < 0 ? `in ${text}` : `${text} ago`;
  }
  return 'just now';
}
