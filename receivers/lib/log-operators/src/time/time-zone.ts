import { ZONE_OFFSETS_MAX } from '../limits.ts';

const HOUR_MS = 3_600_000;

/** A time zone of the IANA database. */
export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat | undefined;
  readonly #offsets = new Map<number, number>();
  #abbreviations: ReadonlySet<string> | undefined;

  /** `Local` is the zone of this process. Throws `RangeError` for an unknown one. */
  constructor(name: string) {
    const zone = name === 'Local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : name;
    this.name = zone;
    const isUtc = zone === '' || zone.toUpperCase() === 'UTC';
    this.#format = isUtc ? undefined : longOffset(zone);
  }

  /** Milliseconds east of UTC at an instant. */
  offsetAt(utcMs: number): number {
    const format = this.#format;
    if (format === undefined) return 0;
    // Offsets change at quarters of an hour at the finest.
    const bucket = Math.floor((utcMs * 4) / HOUR_MS);
    const known = this.#offsets.get(bucket);
    if (known !== undefined) return known;
    const offset = readOffset(format, utcMs);
    if (this.#offsets.size >= ZONE_OFFSETS_MAX) this.#offsets.clear();
    this.#offsets.set(bucket, offset);
    return offset;
  }

  /** The instant at which clocks in the zone show `localMs`; where they skip it, as if they had not. */
  toUtc(localMs: number): number {
    if (this.#format === undefined) return localMs;
    const guess = localMs - this.offsetAt(localMs);
    const offset = this.offsetAt(guess);
    return localMs - offset;
  }

  /** Whether the zone is called so, in winter or summer. */
  hasAbbreviation(name: string): boolean {
    this.#abbreviations ??= abbreviationsOf(this.name);
    return this.#abbreviations.has(name);
  }
}

function longOffset(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
}

const OFFSET = /GMT(?:([-+])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?/;

function readOffset(format: Intl.DateTimeFormat, utcMs: number): number {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    OFFSET.exec(format.format(utcMs)) ?? [];
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -ms : ms;
}

function abbreviationsOf(timeZone: string): ReadonlySet<string> {
  const names = new Set<string>();
  if (timeZone === '') return names;
  for (const locale of ['en-US', 'en-GB', 'en-IN', 'en-AU', 'en-NZ', 'en-ZA']) {
    const format = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' });
    for (const month of [0, 6]) {
      const parts = format.formatToParts(Date.UTC(2024, month, 1));
      const name = parts.find(({ type }) => type === 'timeZoneName')?.value;
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}
