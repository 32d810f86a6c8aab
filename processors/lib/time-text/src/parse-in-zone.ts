import { type GoTime, unixSecondsOf } from './go-time.ts';
import { parseGoTime } from './parse-go-time.ts';
import { loadZone, UnknownZoneError, type Zone } from './zone.ts';

/**
 * Go's layout, with the Collector's care for zones: an abbreviation that the zone does not know
 * ("EST") is looked up as a zone itself. Throws `TimeParseError`, `UnknownZoneError`.
 */
export function parseTimeInZone(layout: string, value: string, zone: Zone): GoTime {
  const time = parseGoTime(layout, value, zone);
  const unixSec = unixSecondsOf(time.unixNano);
  const abbreviation = time.zone.abbreviationAt(unixSec);
  const hasOffset = time.zone.offsetAt(unixSec) !== 0;
  if (hasOffset || abbreviation === 'UTC' || abbreviation === zone.abbreviationAt(unixSec)) {
    return time;
  }
  return parseGoTime(layout, value, namedZone(abbreviation));
}

function namedZone(name: string): Zone {
  try {
    return loadZone(name);
  } catch (error) {
    if (!(error instanceof UnknownZoneError)) throw error;
    throw new UnknownZoneError(name, `failed to load location ${name}: `);
  }
}

/**
 * The zone that texts without one are read in: the one named; without a name UTC where the format
 * ends in "Z" ("%Z" too), else the zone of the process. Throws `UnknownZoneError`.
 */
export function defaultZone(location: string | undefined, format: string): Zone {
  if (location !== undefined && location !== '') return namedZone(location);
  return format.endsWith('Z') ? loadZone('UTC') : loadZone('Local');
}
