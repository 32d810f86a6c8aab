import { type GoTime, zoneOf } from '@sonde/time-text';
import { TimeValue } from './value.ts';

export function goTimeOf(value: TimeValue): GoTime {
  return { unixNano: value.unixNano, zone: zoneOf(value.zone) };
}

export function timeValueOf(time: GoTime): TimeValue {
  return new TimeValue(time.unixNano, time.zone.id);
}
