/**
 * Abbreviations of time zones, which ICU knows for America alone.
 * Source: the IANA time zone database; zones it gives no letters show their offset ("+03").
 */

/** Zones that are named like their own abbreviation. */
const SELF_NAMED = new Map<string, readonly [string, string]>([
  ['CET', ['CET', 'CEST']],
  ['MET', ['MET', 'MEST']],
  ['EET', ['EET', 'EEST']],
  ['WET', ['WET', 'WEST']],
  ['GMT', ['GMT', 'GMT']],
]);

/** Zone -> [standard time, summer time]. */
const BY_ZONE = new Map<string, readonly [string, string]>([
  ['Europe/London', ['GMT', 'BST']],
  ['Europe/Dublin', ['GMT', 'IST']],
  ['Europe/Moscow', ['MSK', 'MSK']],
  ['Europe/Simferopol', ['MSK', 'MSK']],
  ['Europe/Kirov', ['MSK', 'MSK']],
  ['Atlantic/Reykjavik', ['GMT', 'GMT']],
  ['Atlantic/Canary', ['WET', 'WEST']],
  ['Atlantic/Madeira', ['WET', 'WEST']],
  ['Atlantic/Faroe', ['WET', 'WEST']],
  ['Asia/Tokyo', ['JST', 'JDT']],
  ['Asia/Seoul', ['KST', 'KDT']],
  ['Asia/Shanghai', ['CST', 'CDT']],
  ['Asia/Taipei', ['CST', 'CDT']],
  ['Asia/Hong_Kong', ['HKT', 'HKST']],
  ['Asia/Manila', ['PST', 'PDT']],
  ['Asia/Kolkata', ['IST', 'IST']],
  ['Asia/Calcutta', ['IST', 'IST']],
  ['Asia/Karachi', ['PKT', 'PKST']],
  ['Asia/Jakarta', ['WIB', 'WIB']],
  ['Asia/Makassar', ['WITA', 'WITA']],
  ['Asia/Jayapura', ['WIT', 'WIT']],
  ['Asia/Jerusalem', ['IST', 'IDT']],
  ['Asia/Beirut', ['EET', 'EEST']],
  ['Asia/Nicosia', ['EET', 'EEST']],
  ['Africa/Johannesburg', ['SAST', 'SAST']],
  ['Africa/Lagos', ['WAT', 'WAT']],
  ['Africa/Nairobi', ['EAT', 'EAT']],
  ['Africa/Cairo', ['EET', 'EEST']],
  ['Africa/Tripoli', ['EET', 'EEST']],
  ['Africa/Maputo', ['CAT', 'CAT']],
  ['Africa/Khartoum', ['CAT', 'CAT']],
  ['Africa/Abidjan', ['GMT', 'GMT']],
  ['Africa/Accra', ['GMT', 'GMT']],
  ['Africa/Algiers', ['CET', 'CEST']],
  ['Africa/Tunis', ['CET', 'CEST']],
  ['Australia/Sydney', ['AEST', 'AEDT']],
  ['Australia/Melbourne', ['AEST', 'AEDT']],
  ['Australia/Hobart', ['AEST', 'AEDT']],
  ['Australia/Brisbane', ['AEST', 'AEDT']],
  ['Australia/Adelaide', ['ACST', 'ACDT']],
  ['Australia/Darwin', ['ACST', 'ACDT']],
  ['Australia/Perth', ['AWST', 'AWDT']],
  ['Pacific/Auckland', ['NZST', 'NZDT']],
  ['Pacific/Guam', ['ChST', 'ChST']],
  ['Pacific/Pago_Pago', ['SST', 'SST']],
]);

/** The rest of Europe, by hours of standard time. */
const BY_EUROPEAN_HOUR: readonly (readonly [string, string])[] = [
  ['WET', 'WEST'],
  ['CET', 'CEST'],
  ['EET', 'EEST'],
];

/** Names of a zone's standard and summer time; undefined where the database has none. */
export function knownAbbreviations(
  zone: string,
  standardOffsetSec: number,
): readonly [string, string] | undefined {
  const known = SELF_NAMED.get(zone) ?? BY_ZONE.get(zone);
  if (known !== undefined || !zone.startsWith('Europe/')) return known;
  return BY_EUROPEAN_HOUR[standardOffsetSec / 3600];
}
