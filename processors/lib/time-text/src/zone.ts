import { knownAbbreviations } from './zone-abbreviations.ts';

/** Days whose offset a zone remembers. */
const DAYS_REMEMBERED_MAX = 4096;
const ZONES_REMEMBERED_MAX = 512;
const DAY_SEC = 86_400;
const QUARTER_SEC = DAY_SEC * 91;

/** Identifiers that ICU still takes and the IANA database does not have. */
const NOT_IANA = new Set(
  'ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST'.split(
    ' ',
  ),
);

/** A name that is no time zone. `message` is worded as Go's `time.LoadLocation` words it. */
export class UnknownZoneError extends Error {
  constructor(name: string, before = '') {
    super(`${before}unknown time zone ${name}`);
    this.name = 'UnknownZoneError';
  }
}

/** A time zone, Go's `time.Location`. */
export interface Zone {
  /** As it was asked for; `UTC`, `Local` and empty for an offset without a name. */
  readonly name: string;
  /** What `zoneOf` takes: a name of the IANA database, `UTC`, `Local`, or an offset, `+02:00`. */
  readonly id: string;
  /** Seconds east of UTC at that instant (seconds since 1970). */
  offsetAt(unixSec: number): number;
  /** Go's `MST`; empty where an offset has no name. */
  abbreviationAt(unixSec: number): string;
  /** The offset that an abbreviation has in this zone, nearest to that wall-clock time. */
  offsetOf(abbreviation: string, wallSec: number): number | undefined;
}

/** An offset that holds always, Go's `time.FixedZone`. */
export function fixedZone(name: string, offsetSec: number): Zone {
  return {
    name,
    id: name === 'UTC' && offsetSec === 0 ? 'UTC' : offsetId(offsetSec),
    offsetAt: () => offsetSec,
    abbreviationAt: () => name,
    offsetOf: (abbreviation) => (abbreviation === name ? offsetSec : undefined),
  };
}

function offsetId(offsetSec: number): string {
  const absolute = Math.abs(offsetSec);
  const parts = [Math.floor(absolute / 3600), Math.floor(absolute / 60) % 60, absolute % 60];
  const shown = absolute % 60 === 0 ? parts.slice(0, 2) : parts;
  const text = shown.map((part) => String(part).padStart(2, '0')).join(':');
  return (offsetSec < 0 ? '-' : '+') + text;
}

export const UTC: Zone = fixedZone('UTC', 0);

const loaded = new Map<string, Zone>();

/** A zone of the IANA database, as the runtime's ICU has it. Throws `UnknownZoneError`. */
export function loadZone(name: string): Zone {
  if (name === '' || name === 'UTC') return UTC;
  if (name === 'Local') return localZone();
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const zone = new IanaZone(name, name);
  if (loaded.size < ZONES_REMEMBERED_MAX) loaded.set(name, zone);
  return zone;
}

/** The zone of an `id`. Throws `UnknownZoneError`. */
export function zoneOf(id: string): Zone {
  const known = loaded.get(id);
  if (known !== undefined) return known;
  const offset = /^([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?$/.exec(id);
  if (offset === null) return loadZone(id);
  const [, sign, hours, minutes, seconds] = offset;
  const offsetSec = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0);
  const zone = fixedZone('', sign === '-' ? -offsetSec : offsetSec);
  if (loaded.size < ZONES_REMEMBERED_MAX) loaded.set(id, zone);
  return zone;
}

/** The zone of this process, Go's `time.Local`: looked up once. */
export function localZone(): Zone {
  const known = loaded.get('Local');
  if (known !== undefined) return known;
  const zone = new IanaZone('Local', new Intl.DateTimeFormat().resolvedOptions().timeZone);
  loaded.set('Local', zone);
  return zone;
}

class IanaZone implements Zone {
  readonly name: string;
  readonly id: string;
  readonly iana: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #dayOffsets = new Map<number, number>();

  constructor(name: string, iana: string) {
    this.name = name;
    this.id = name;
    this.iana = iana;
    if (NOT_IANA.has(iana)) throw new UnknownZoneError(iana);
    this.#format = formatOf(iana);
  }

  offsetAt(unixSec: number): number {
    const day = Math.floor(unixSec / DAY_SEC);
    const known = this.#dayOffsets.get(day);
    if (known !== undefined) return known;
    const first = this.#measure(day * DAY_SEC);
    // A day with a change in it is asked for every instant; there are two a year.
    if (first !== this.#measure((day + 1) * DAY_SEC)) return this.#measure(unixSec);
    if (this.#dayOffsets.size >= DAYS_REMEMBERED_MAX) this.#dayOffsets.clear();
    this.#dayOffsets.set(day, first);
    return first;
  }

  abbreviationAt(unixSec: number): string {
    const offset = this.offsetAt(unixSec);
    const standard = this.#standardOffset(unixSec);
    const names = knownAbbreviations(this.iana, standard);
    if (names !== undefined) return offset === standard ? names[0] : names[1];
    const short = partOf(this.#format, unixSec, 'timeZoneName');
    return /^[A-Z]{3,5}$/.test(short) ? short : offsetName(offset);
  }

  offsetOf(abbreviation: string, wallSec: number): number | undefined {
    // The time itself first, then the rest of the year: "EST" may be said in summer.
    for (const quarter of [0, 1, 2, 3]) {
      const at = wallSec - this.offsetAt(wallSec) + quarter * QUARTER_SEC;
      if (this.abbreviationAt(at) === abbreviation) return this.offsetAt(at);
    }
    return undefined;
  }

  /** Standard time is the least offset of the quarters of a year. */
  #standardOffset(unixSec: number): number {
    const quarters = [0, 1, 2, 3].map((quarter) => unixSec + quarter * QUARTER_SEC);
    return Math.min(...quarters.map((at) => this.offsetAt(at)));
  }

  #measure(unixSec: number): number {
    const parts = this.#format.formatToParts(unixSec * 1000);
    const number = (type: string): number =>
      Number(parts.find((part) => part.type === type)?.value ?? 0);
    const isBefore = parts.some((part) => part.type === 'era' && part.value.startsWith('B'));
    const wall = new Date(0);
    wall.setUTCFullYear(
      isBefore ? 1 - number('year') : number('year'),
      number('month') - 1,
      number('day'),
    );
    wall.setUTCHours(number('hour') % 24, number('minute'), number('second'));
    return wall.getTime() / 1000 - unixSec;
  }
}

function formatOf(iana: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: iana,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      timeZoneName: 'short',
    });
  } catch (error) {
    if (error instanceof RangeError) throw new UnknownZoneError(iana);
    throw error;
  }
}

function partOf(format: Intl.DateTimeFormat, unixSec: number, type: string): string {
  return format.formatToParts(unixSec * 1000).find((part) => part.type === type)?.value ?? '';
}

function offsetName(offsetSec: number): string {
  const minutes = Math.floor(Math.abs(offsetSec) / 60);
  const hour = String(Math.floor(minutes / 60)).padStart(2, '0');
  const rest = minutes % 60 === 0 ? '' : String(minutes % 60).padStart(2, '0');
  return `${offsetSec < 0 ? '-' : '+'}${hour}${rest}`;
}
