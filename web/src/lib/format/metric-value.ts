import { formatBytes } from './bytes.ts';
import { formatCount } from './count.ts';
import { formatDuration } from './duration.ts';
import { significant, UNIT_GAP } from './significant.ts';

/** UCUM time units of OTLP metrics, in nanoseconds. */
const TIME_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 60e9,
  h: 3600e9,
  d: 86_400e9,
};

/** UCUM byte units of OTLP metrics, in bytes. */
const BYTES: Readonly<Record<string, number>> = {
  By: 1,
  kBy: 1e3,
  MBy: 1e6,
  GBy: 1e9,
  KiBy: 1024,
  MiBy: 1024 ** 2,
  GiBy: 1024 ** 3,
};

/**
 * A metric's value in its OTLP (UCUM) unit: bytes, times and per cent are scaled, annotations like
 * `{request}` are dropped, `1` is a plain number, `x/s` and `perSecond` end in `/s`.
 */
export function formatMetricValue(value: number, unit: string, perSecond = false): string {
  const rate = unit.endsWith('/s') || perSecond ? '/s' : '';
  const plain = unit.replace(/\/s$/, '').replace(/\{[^}]*\}/g, '');
  const bytes = BYTES[plain];
  if (bytes !== undefined) return formatBytes(value * bytes) + rate;
  const time = TIME_NS[plain];
  if (time !== undefined && rate === '') return formatDuration(value * time);
  if (plain === '%') return `${plainNumber(value)}${UNIT_GAP}%${rate}`;
  const name = plain === '' || plain === '1' ? '' : UNIT_GAP + plain;
  return plainNumber(value) + name + rate;
}

function plainNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (value < 0) return `−${plainNumber(size)}`;
  if (size >= 1000) return formatCount(value);
  if (Number.isInteger(value)) return String(value);
  if (size >= 0.01) return significant(value);
  return value.toPrecision(2);
}
