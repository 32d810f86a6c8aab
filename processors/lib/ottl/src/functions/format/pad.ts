import type { Spec } from './spec.ts';

/** Fills text up to its width, in characters: with zeros on the left if that is asked for. */
export function padded(text: string, spec: Spec): string {
  const missing = spec.width === 0 ? 0 : spec.width - [...text].length;
  if (missing <= 0) return text;
  if (spec.minus) return text + ' '.repeat(missing);
  return (spec.zero ? '0' : ' ').repeat(missing) + text;
}

/** The same for numbers: zeros go behind the sign. */
export function paddedNumber(text: string, spec: Spec): string {
  const sign = spec.zero ? (/^[-+ ]/.exec(text)?.[0] ?? '') : '';
  return (
    sign +
    padded(text.slice(sign.length), { ...spec, width: Math.max(spec.width - sign.length, 0) })
  );
}
