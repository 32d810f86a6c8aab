import { quoteGo } from '@sonde/go-text';
import { type FloatForm, formatFloat } from '../go-float.ts';
import { hexFloat } from './hex-float.ts';
import { padded, paddedNumber } from './pad.ts';
import type { Spec } from './spec.ts';

const RADIX = new Map<string, { radix: number; prefix: string }>([
  ['b', { radix: 2, prefix: '0b' }],
  ['o', { radix: 8, prefix: '0' }],
  ['O', { radix: 8, prefix: '0o' }],
  ['d', { radix: 10, prefix: '' }],
  ['v', { radix: 10, prefix: '' }],
  ['x', { radix: 16, prefix: '0x' }],
  ['X', { radix: 16, prefix: '0X' }],
]);
const CODE_POINT_MAX = 0x10ffffn;

/** An int64 with one of its verbs; undefined for another verb. */
export function formatInteger(value: bigint, spec: Spec): string | undefined {
  const form = RADIX.get(spec.verb);
  if (form !== undefined) return integerDigits(value, spec, form);
  const character =
    value >= 0n && value <= CODE_POINT_MAX ? String.fromCodePoint(Number(value)) : '\ufffd';
  switch (spec.verb) {
    case 'c':
      return padded(character, spec);
    case 'q':
      return padded(quoteGo(character, "'", spec.plus), spec);
    case 'U': {
      const hex = BigInt.asUintN(64, value).toString(16).toUpperCase();
      const code = `U+${hex.padStart(Math.max(4, spec.precision ?? 0), '0')}`;
      return padded(spec.sharp ? `${code} '${character}'` : code, { ...spec, zero: false });
    }
    default:
      return undefined;
  }
}

function integerDigits(
  value: bigint,
  spec: Spec,
  { radix, prefix }: { radix: number; prefix: string },
): string {
  const sign = value < 0n ? '-' : spec.plus ? '+' : spec.space ? ' ' : '';
  const magnitude = (value < 0n ? -value : value).toString(radix);
  const shown = spec.verb === 'O' || spec.sharp ? prefix : '';
  // With a precision the width is filled with spaces.
  const fill = spec.precision !== undefined ? { ...spec, zero: false } : spec;
  if (spec.precision === 0 && value === 0n) return padded('', fill);
  const least = spec.precision ?? (spec.zero ? spec.width - sign.length : 0);
  const cased = spec.verb === 'X' ? magnitude.toUpperCase() : magnitude;
  const isOctal = shown === '0' && cased.padStart(least, '0').startsWith('0');
  return padded(sign + (isOctal ? '' : shown) + cased.padStart(least, '0'), {
    ...fill,
    zero: false,
  });
}

/** A float64 with one of its verbs; undefined for another verb. */
export function formatFloatVerb(value: number, spec: Spec): string | undefined {
  const text = floatDigits(value, spec);
  if (text === undefined) return undefined;
  const isSigned = /^[-+]/.test(text);
  const sign = isSigned ? '' : spec.plus ? '+' : spec.space ? ' ' : '';
  const fill = Number.isFinite(value) ? spec : { ...spec, zero: false };
  return paddedNumber(sign + text, fill);
}

function floatDigits(value: number, spec: Spec): string | undefined {
  const lower = spec.verb.toLowerCase();
  switch (spec.verb) {
    case 'v':
      return formatFloat(value, 'g', spec.precision ?? -1);
    case 'g':
    case 'G':
      return cased(formatFloat(value, 'g', spec.precision ?? -1), spec);
    case 'e':
    case 'E':
    case 'f':
    case 'F': {
      const form: FloatForm = lower === 'e' ? 'e' : 'f';
      return cased(formatFloat(value, form, spec.precision ?? 6), spec);
    }
    case 'x':
    case 'X':
    case 'b':
      return cased(hexFloat(value, spec.verb === 'b'), spec);
    default:
      return undefined;
  }
}

function cased(text: string, { verb }: Spec): string {
  return verb === 'E' || verb === 'G' || verb === 'X' ? text.toUpperCase() : text;
}
