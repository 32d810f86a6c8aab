import { significant, trimZeros, UNIT_GAP } from './significant.ts';

interface Step {
  readonly ns: number;
  readonly unit: string;
}

const BELOW_MINUTE: readonly Step[] = [
  { ns: 1e9, unit: 's' },
  { ns: 1e6, unit: 'ms' },
  { ns: 1e3, unit: 'µs' },
];

const MINUTE_NS = 60e9;
const HOUR_NS = 60 * MINUTE_NS;
const DAY_NS = 24 * HOUR_NS;

/**
 * Nanoseconds as people say them: `812 ns`, `4.21 ms`, `1.50 s`, `2 m 5 s`, `3 h 4 m`, `2 d 1 h`.
 */
export function formatDuration(ns: number): string {
  if (!Number.isFinite(ns)) return '–';
  if (ns < 0) return `−${formatDuration(-ns)}`;
  if (ns === 0) return `0${UNIT_GAP}ms`;
  if (ns >= DAY_NS) return pair(ns, { ns: DAY_NS, unit: 'd' }, { ns: HOUR_NS, unit: 'h' });
  if (ns >= HOUR_NS) return pair(ns, { ns: HOUR_NS, unit: 'h' }, { ns: MINUTE_NS, unit: 'm' });
  if (ns >= MINUTE_NS) return pair(ns, { ns: MINUTE_NS, unit: 'm' }, { ns: 1e9, unit: 's' });
  for (const step of BELOW_MINUTE) {
    // 999.6 µs would print as `1000 µs`: the larger unit takes over half a digit earlier.
    if (ns >= step.ns * 0.9995) return significant(ns / step.ns) + UNIT_GAP + step.unit;
  }
  return `${Math.round(ns)}${UNIT_GAP}ns`;
}

/** Like `formatDuration`, for axis labels: no trailing zeros (`1 ms`, `500 µs`, `2.5 s`). */
export function formatDurationTick(ns: number): string {
  return trimZeros(formatDuration(ns));
}

/**
 * `250ms`, `1.5 s`, `30us`, `2m` or bare milliseconds `250` to nanoseconds; undefined if it is
 * none.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|h)?\s*$/.exec(text);
  if (match === null) return undefined;
  const scale = UNIT_NS[match[2] ?? 'ms'];
  return scale === undefined ? undefined : Number(match[1]) * scale;
}

const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: MINUTE_NS,
  h: HOUR_NS,
};

function pair(ns: number, large: Step, small: Step): string {
  let whole = Math.floor(ns / large.ns);
  let rest = Math.round((ns - whole * large.ns) / small.ns);
  if (rest * small.ns >= large.ns) {
    whole += 1;
    rest = 0;
  }
  const head = `${whole}${UNIT_GAP}${large.unit}`;
  return rest === 0 ? head : `${head}${UNIT_GAP}${rest}${UNIT_GAP}${small.unit}`;
}
