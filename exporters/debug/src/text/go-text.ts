/** Go's `%f`: six decimals. */
export function decimal(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return value.toFixed(6);
}

const NANOS_PER_MS = 1_000_000n;
const NANOS_PER_SECOND = 1_000_000_000n;

/** Go's `time.Time`: `2018-12-13 14:51:00.3 +0000 UTC`. */
export function timestamp(unixNano: bigint): string {
  const date = new Date(Number(unixNano / NANOS_PER_MS));
  // Beyond the year 275760, which no clock shows.
  if (Number.isNaN(date.getTime())) return unixNano.toString();
  const seconds = date.toISOString().replace('T', ' ').replace(/\..*$/, '');
  const fraction = (unixNano % NANOS_PER_SECOND).toString().padStart(9, '0').replace(/0+$/, '');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`;
}
