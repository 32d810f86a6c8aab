import { formatCount } from './count.ts';
import { significant } from './significant.ts';

/** Events a second, without the unit: `0`, `0.03`, `12.4`, `1,204`. Below 0.005: `<0.01`. */
export function formatRate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return '–';
  if (perSecond <= 0) return '0';
  if (perSecond < 0.005) return '<0.01';
  return perSecond < 1000 ? significant(perSecond) : formatCount(perSecond);
}

/** For axes, where values are round: `0.005`, `0.2`, `12.5`. */
export function formatRateTick(perSecond: number): string {
  if (perSecond <= 0 || perSecond >= 0.1) return formatRate(perSecond);
  return String(Number(perSecond.toPrecision(2)));
}
