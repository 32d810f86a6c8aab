import { scaleTime, scaleUtc } from 'd3-scale';
import { inZone, isUtc } from '../format/zone.ts';

export interface TimeTick {
  readonly ms: number;
  readonly label: string;
}

/** Least room for one label. */
const TICK_WIDTH_PX = 84;

/** Ticks in the zone of the page for a plot of that width: `14:05`, at midnight the date. */
export function timeTicks(fromMs: number, toMs: number, widthPx: number): TimeTick[] {
  const count = Math.max(1, Math.floor(widthPx / TICK_WIDTH_PX));
  const scale = (isUtc() ? scaleUtc() : scaleTime()).domain([new Date(fromMs), new Date(toMs)]);
  return scale.ticks(count).map((date) => ({ ms: date.getTime(), label: tickLabel(date) }));
}

export function tickLabel(at: Date): string {
  const date = inZone(at.getTime());
  const hours = date.getHours();
  const minutes = date.getMinutes();
  const seconds = date.getSeconds();
  if (hours === 0 && minutes === 0 && seconds === 0) {
    return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  }
  const clock = `${two(hours)}:${two(minutes)}`;
  return seconds === 0 ? clock : `${clock}:${two(seconds)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
