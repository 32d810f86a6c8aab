import { readText } from '../location/parameters.ts';
import type { TimeRange } from '../location/time-range.ts';

const STORAGE_KEY = 'sonde.refresh';

/** What the picker offers, with the time between two refreshes. */
export const REFRESH_CHOICES: ReadonlyMap<string, number> = new Map([
  ['off', 0],
  ['5s', 5000],
  ['10s', 10_000],
  ['30s', 30_000],
  ['1m', 60_000],
  ['5m', 300_000],
]);

/** Who is on call leaves the page open and expects it to move; calm enough to read on. */
const DEFAULT_CHOICE = '30s';

/** One trace hardly changes and may be large: it is asked again only on request. */
const STILL = /^\/traces\/./;

/** The URL's choice, else this browser's last one, else a calm default where a page moves. */
export function refreshChoice(
  place: { readonly path: string; readonly parameters: URLSearchParams },
  storage: Pick<Storage, 'getItem'> | undefined,
): string {
  const asked = readText(place.parameters, 'refresh');
  if (REFRESH_CHOICES.has(asked)) return asked;
  if (STILL.test(place.path)) return 'off';
  const remembered = storage?.getItem(STORAGE_KEY) ?? '';
  return REFRESH_CHOICES.has(remembered) ? remembered : DEFAULT_CHOICE;
}

/** Milliseconds between two refreshes; 0 for none. A fixed range does not move. */
export function refreshEveryMs(choice: string, range: TimeRange): number {
  return range.kind === 'absolute' ? 0 : (REFRESH_CHOICES.get(choice) ?? 0);
}

export function rememberRefresh(
  storage: Pick<Storage, 'setItem'> | undefined,
  choice: string,
): void {
  try {
    storage?.setItem(STORAGE_KEY, choice);
  } catch {
    // Storage may be full or off: the URL has the choice too.
  }
}

/**
 * Whether someone reads a value off a chart, marks text, writes, has a record open or is among older
 * rows, which a refresh takes away: what they look at must stay.
 */
export function isReading(page: Document): boolean {
  if (page.hidden || page.querySelector('.chart:hover, canvas:hover') !== null) return true;
  if (page.querySelector('main input:focus, main select:focus') !== null) return true;
  if (page.querySelector('main li [aria-expanded="true"]') !== null) return true;
  if (page.querySelector('[data-reading]') !== null) return true;
  const isScrolled = (page.querySelector('main')?.scrollTop ?? 0) > 0;
  if (isScrolled && page.querySelector('[data-older]') !== null) return true;
  return page.getSelection()?.isCollapsed === false;
}
