import { absoluteRange, parseRelative, type TimeRange } from '../location/time-range.ts';

const STORAGE_KEY = 'sonde.ranges';
const RECENT_COUNT_MAX = 5;

/** Ranges that were picked lately in this browser, newest first; empty when storage is off. */
export function recentRanges(storage: Storage | undefined): TimeRange[] {
  const texts = readTexts(storage);
  return texts.map(fromText).filter((range) => range !== undefined);
}

export function rememberRange(storage: Storage | undefined, range: TimeRange): void {
  const text = toText(range);
  const next = [text, ...readTexts(storage).filter((other) => other !== text)];
  try {
    storage?.setItem(STORAGE_KEY, next.slice(0, RECENT_COUNT_MAX).join(' '));
  } catch {
    // Storage may be full: the list is a convenience.
  }
}

function readTexts(storage: Storage | undefined): string[] {
  return (storage?.getItem(STORAGE_KEY) ?? '')
    .split(' ')
    .filter(Boolean)
    .slice(0, RECENT_COUNT_MAX);
}

function toText(range: TimeRange): string {
  return range.kind === 'relative' ? range.text : `${range.fromMs}-${range.toMs}`;
}

function fromText(text: string): TimeRange | undefined {
  const ends = /^(\d+)-(\d+)$/.exec(text);
  return ends === null ? parseRelative(text) : absoluteRange(Number(ends[1]), Number(ends[2]));
}
