import { OperatorError } from '../operator-error.ts';
import { strptimeLayout } from './time-layout.ts';
import { TimeReader } from './time-reader.ts';
import { TimeZone } from './time-zone.ts';
import { toUnixNano } from './to-unix-nano.ts';

/** Milliseconds since the epoch; undefined for a text that is no such time. */
export type ReadTimestamp = (text: string) => number | undefined;

/** Reads times by a `strptime` layout. Throws for a layout or location that is none. */
export function timestampReader(layout: string, location: string): ReadTimestamp {
  const reader = new TimeReader(strptimeLayout(layout));
  const zones = { location: new TimeZone(location === '' ? 'UTC' : location), byName: new Map() };
  return (text) => {
    try {
      return Number(toUnixNano(reader.read(text), zones) / 1_000_000n);
    } catch (error) {
      if (error instanceof OperatorError) return undefined;
      throw error;
    }
  };
}
