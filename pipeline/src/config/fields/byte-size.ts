import { z } from 'zod';
import { refuseReading } from './refuse.ts';

const PATTERN = /^([0-9]+(?:\.[0-9]+)?)\s*(?:([kmgtp])(i?)b?|b)?$/i;
const POWERS: readonly string[] = ['', 'k', 'm', 'g', 't', 'p'];

/** `1kb` is 1000 bytes, `1KiB` is 1024; undefined where it is no size. */
export function parseByteSize(text: string): number | undefined {
  const match = PATTERN.exec(text.trim());
  if (match === null) return undefined;
  const [, amount = '', prefix = '', binary = ''] = match;
  const base = binary === '' ? 1000 : 1024;
  return Math.floor(Number(amount) * base ** POWERS.indexOf(prefix.toLowerCase()));
}

/** A number of bytes, or text with a unit (`20MiB`). `initial` is for an absent or null field. */
export function byteSize(initial: number | string): z.ZodPrefault<z.ZodType<number>>;
export function byteSize(): z.ZodType<number>;
export function byteSize(initial?: number | string): z.ZodType<number> {
  const schema = z.union([z.number(), z.string()]).transform((value, context): number => {
    const bytes = typeof value === 'number' ? Math.trunc(value) : parseByteSize(value);
    if (bytes !== undefined && bytes >= 0) return bytes;
    refuseReading(context, {
      text: `invalid byte size '${value}'`,
      hint: 'a number of bytes, or text like 512KiB, 20MiB, 5GB',
    });
    return z.NEVER;
  });
  return initial === undefined ? schema : schema.prefault(initial);
}
