import { refuseReading } from '@sonde/pipeline';
import { z } from 'zod';

const UNIT_MS: Readonly<Record<string, number>> = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};
const PATTERN =
  /^(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?$/;

/** Prometheus' durations: `1d12h`, `15s`, `0`. Milliseconds; undefined where it is none. */
export function parsePrometheusDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const match = PATTERN.exec(text);
  if (match === null || text === '') return undefined;
  let ms = 0;
  for (const [at, unit] of Object.keys(UNIT_MS).entries()) {
    ms += Number(match[at + 1] ?? 0) * (UNIT_MS[unit] ?? 0);
  }
  return ms;
}

/** Milliseconds; undefined where the field is absent. */
export function prometheusDuration(): z.ZodOptional<z.ZodType<number>> {
  return z
    .union([z.string(), z.number()])
    .transform((value, sink): number => {
      const ms = parsePrometheusDuration(String(value));
      if (ms !== undefined) return ms;
      refuseReading(sink, {
        text: `not a valid duration string: ${JSON.stringify(String(value))}`,
        hint: 'write the unit: 15s, 1m30s, 1d',
      });
      return z.NEVER;
    })
    .optional();
}

const SIZE = /^([0-9]+(?:\.[0-9]+)?)(?:([KMGTPE])i?)?B$/i;
const POWERS = 'KMGTPE';

/** Prometheus' sizes, in which 1KB is 1024 bytes; 0 is no limit. */
export function prometheusSize(): z.ZodOptional<z.ZodType<number>> {
  return z
    .union([z.string(), z.number()])
    .transform((value, sink): number => {
      const text = String(value);
      const match = SIZE.exec(text);
      if (text === '0' || text === '') return 0;
      if (match !== null) {
        const power = match[2] === undefined ? 0 : POWERS.indexOf(match[2].toUpperCase()) + 1;
        return Math.floor(Number(match[1]) * 1024 ** power);
      }
      refuseReading(sink, {
        text: `units: unknown unit in ${text}`,
        hint: 'write the unit: 512KB, 10MB',
      });
      return z.NEVER;
    })
    .optional();
}
