/** Whose clock the page shows: the browser's own, or UTC for people in several places. */
export type Zone = 'local' | 'utc';

const STORAGE_KEY = 'sonde.zone';

let zone: Zone = readZone();

export function isUtc(): boolean {
  return zone === 'utc';
}

/** Remembers the choice. What is drawn already shows the other clock until it is drawn again. */
export function chooseZone(choice: Zone): void {
  zone = choice;
  try {
    if (choice === 'local') localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // Storage may be off: the choice holds for this page alone.
  }
}

/** A date whose local fields are those of the zone. */
export function inZone(ms: number): Date {
  const date = new Date(ms);
  return isUtc() ? new Date(ms + date.getTimezoneOffset() * 60_000) : date;
}

/** `2026-11-25 14:03:07` by the clock of the zone, in milliseconds; NaN for other text. */
export function parseInZone(text: string): number {
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text.trim());
  return Date.parse(isUtc() && !hasZone ? `${text.trim().replace(' ', 'T')}Z` : text);
}

function readZone(): Zone {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'utc' ? 'utc' : 'local';
  } catch {
    // Storage may be off, or there is no browser at all.
    return 'local';
  }
}
