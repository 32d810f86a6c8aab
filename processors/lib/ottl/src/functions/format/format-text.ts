import { quoteGo } from '@sonde/go-text';
import { padded } from './pad.ts';
import type { Spec } from './spec.ts';

/** A string with one of its verbs; undefined for another verb. */
export function formatText(text: string, spec: Spec): string | undefined {
  switch (spec.verb) {
    case 'v':
      return spec.sharp ? padded(quoteGo(text), spec) : padded(truncated(text, spec), spec);
    case 's':
      return padded(truncated(text, spec), spec);
    case 'q':
      return padded(quoted(truncated(text, spec), spec), spec);
    case 'x':
    case 'X':
      return hexText(Buffer.from(text), spec);
    default:
      return undefined;
  }
}

/** Bytes where a verb takes them as text. */
export function formatBytes(bytes: Buffer, spec: Spec): string | undefined {
  if (spec.verb === 'x' || spec.verb === 'X') return hexText(bytes, spec);
  return formatText(bytes.toString(), spec);
}

function truncated(text: string, { precision }: Spec): string {
  return precision === undefined ? text : [...text].slice(0, precision).join('');
}

/** `%#q` in backquotes where that is possible. */
function quoted(text: string, { sharp, plus }: Spec): string {
  const isRaw = sharp && !/[`\p{Cc}\ufeff]/u.test(text.replaceAll('\t', ''));
  return isRaw ? `\`${text}\`` : quoteGo(text, '"', plus);
}

/** Two digits a byte; `% x` apart, `%#x` with 0x. */
function hexText(bytes: Buffer, spec: Spec): string {
  const limited = spec.precision === undefined ? bytes : bytes.subarray(0, spec.precision);
  const pairs = limited.toString('hex').match(/../g) ?? [];
  const prefix = spec.sharp ? '0x' : '';
  const hex = spec.space
    ? pairs.map((pair) => prefix + pair).join(' ')
    : (pairs.length > 0 ? prefix : '') + pairs.join('');
  return padded(spec.verb === 'X' ? hex.toUpperCase() : hex, spec);
}
