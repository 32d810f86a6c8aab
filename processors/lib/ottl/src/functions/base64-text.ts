import { EvaluationError } from '../errors.ts';

/** How base64 is written: `base64` and `base64-url` with padding, the raw ones without. */
export const BASE64_VARIANTS: ReadonlyMap<string, { isUrl: boolean; isRaw: boolean }> = new Map([
  ['base64', { isUrl: false, isRaw: false }],
  ['base64-raw', { isUrl: false, isRaw: true }],
  ['base64-url', { isUrl: true, isRaw: false }],
  ['base64-raw-url', { isUrl: true, isRaw: true }],
]);

export type Base64Variant = { readonly isUrl: boolean; readonly isRaw: boolean };

export function encodeBase64(bytes: Buffer, { isUrl, isRaw }: Base64Variant): string {
  const text = bytes.toString(isUrl ? 'base64url' : 'base64');
  if (isUrl && !isRaw) return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
  return isRaw ? text.replace(/=+$/, '') : text;
}

/** Strict, as Go decodes it: line ends are skipped. Throws `EvaluationError`. */
export function decodeBase64(text: string, variant: Base64Variant): Buffer {
  const fault = faultAt(text, variant);
  if (fault !== undefined) {
    throw new EvaluationError(`could not decode: illegal base64 data at input byte ${fault}`);
  }
  return Buffer.from(text, 'base64');
}

/** The byte at which Go's decoder stops; undefined where it does not. */
function faultAt(text: string, { isUrl, isRaw }: Base64Variant): number | undefined {
  const digits = isUrl ? /[A-Za-z0-9\-_]/ : /[A-Za-z0-9+/]/;
  let inGroup = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\n' || character === '\r') continue;
    if (character === '=' && !isRaw) return faultOfPadding(text, at, inGroup);
    if (!digits.test(character)) return at;
    inGroup = (inGroup + 1) % 4;
  }
  if (inGroup === 0 || (isRaw && inGroup > 1)) return undefined;
  return text.length - inGroup;
}

function faultOfPadding(text: string, at: number, inGroup: number): number | undefined {
  if (inGroup < 2) return at;
  const rest = text.slice(at + 1);
  const wanted = inGroup === 2 ? /^[\r\n]*=[\r\n]*/ : /^[\r\n]*/;
  const padding = wanted.exec(rest);
  if (padding === null) {
    const blank = /^[\r\n]*/.exec(rest)?.[0].length ?? 0;
    return at + 1 + blank;
  }
  const end = at + 1 + padding[0].length;
  return end < text.length ? end : undefined;
}
