/** A bar of the page and whether it was kept. */
export interface Bar {
  readonly max: number;
  readonly unit: string;
}

/** `what: figure (bar ...: kept)` on one line of standard output. */
export function report(what: string, measured: number, bar: Bar, details = ''): void {
  const verdict = measured < bar.max ? 'kept' : 'MISSED';
  const told = details === '' ? '' : `; ${details}`;
  console.log(
    `${what}: ${say(measured)} ${bar.unit} (bar ${bar.max} ${bar.unit}: ${verdict})${told}`,
  );
}

/** The value that this share of them does not exceed (nearest rank); 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** `p50 1.2, p95 3.4, most 5.6`. */
export function sayQuantiles(values: readonly number[]): string {
  const [p50, p95, most] = [0.5, 0.95, 1].map((share) => say(quantile(values, share)));
  return `p50 ${p50}, p95 ${p95}, most ${most}`;
}

function say(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}
