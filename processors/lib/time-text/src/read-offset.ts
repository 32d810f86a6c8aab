import type { OffsetForm } from './go-layout.ts';
import { bad, outOfRange, type Read, readTwoDigits } from './value-text.ts';

/** A signed offset of that form, in seconds. Hours up to 24 and minutes up to 60, as Go takes. */
export function readOffset(text: string, form: OffsetForm): Read {
  const colon = form.hasColon ? ':' : '';
  const shape = new RegExp(
    `^(.)(..)${form.hasMinutes ? `${colon}(..)` : ''}${form.hasSeconds ? `${colon}(..)` : ''}`,
    's',
  );
  const match = shapeOf(shape, text);
  if (match === undefined) return bad();
  const [sign, hours, minutes, seconds] = match;
  const rest = text.slice(1 + 2 + part(minutes, colon) + part(seconds, colon));
  let total = 0;
  for (const [digits, scale, most, what] of [
    [hours, 3600, 24, 'time zone offset hour'],
    [minutes ?? '00', 60, 60, 'time zone offset minute'],
    [seconds ?? '00', 1, 60, 'time zone offset second'],
  ] as const) {
    const read = readTwoDigits(digits, true);
    if (!('value' in read)) return read;
    if (read.value > most) return outOfRange(what, rest);
    total += read.value * scale;
  }
  if (sign !== '+' && sign !== '-') return bad();
  return { value: sign === '-' ? -total : total, rest };
}

function part(digits: string | undefined, colon: string): number {
  return digits === undefined ? 0 : digits.length + colon.length;
}

function shapeOf(
  shape: RegExp,
  text: string,
): [string, string, string | undefined, string | undefined] | undefined {
  const match = shape.exec(text);
  if (match === null) return undefined;
  return [match[1] ?? '', match[2] ?? '', match[3], match[4]];
}
