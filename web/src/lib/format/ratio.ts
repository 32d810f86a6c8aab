/** 0 to 1 as per cent: `0 %`, `0.04 %`, `2.51 %`, `100 %`. Never rounds something to nothing. */
export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return '–';
  const percent = ratio * 100;
  if (percent === 0) return '0\u00a0%';
  if (percent < 0.01) return '<0.01\u00a0%';
  if (percent > 99.99 && percent < 100) return '>99.99\u00a0%';
  const digits = percent >= 10 ? 1 : 2;
  return `${percent === 100 ? '100' : percent.toFixed(digits)}\u00a0%`;
}
