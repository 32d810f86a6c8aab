import { isDigit, isLetter } from './byte-class.ts';
import { QUANTITY, TokenKind, type TokenList } from './token-list.ts';

/**
 * What all values at a token had in common: `node-` of `node-17`, ` kB` of `12 kB`, or the whole of
 * a value that never varied. Text is Latin-1 of the bytes.
 */
export interface Affix {
  readonly token: number;
  prefix: string;
  suffix: string;
  whole: string | undefined;
  /** The whole holds digits: it is believed after `PROOF_LINES`. */
  readonly needsProof: boolean;
}

/** Tokens with something in common; most have nothing. */
export type Affixes = readonly Affix[] | undefined;

/** A value with digits that was the same in so many lines is shown. */
const PROOF_LINES = 16;
const WHOLE_BYTES_MAX = 64;
const IDENTIFIER_LETTERS_MIN = 3;
/** More digits are a number that tells one from another. */
const NAME_DIGITS_MAX = 3;
const DASH = 45;

/** What a leaf's first line has. */
export function affixesOf(tokens: TokenList, bytes: Uint8Array): Affixes {
  let affixes: Affix[] | undefined;
  for (let token = 0; token < tokens.count; token++) {
    if (tokens.kind[token] !== TokenKind.variable) continue;
    const from = tokens.start[token];
    const to = tokens.end[token];
    const prefix = text(bytes, from, prefixEnd(bytes, from, to));
    const hasUnit = (tokens.flags[token] & QUANTITY) !== 0;
    const suffix = text(bytes, hasUnit ? unitStart(bytes, from, to) : to, to);
    const { digits, letters } = bytesOf(bytes, from, to);
    const isName = digits === 0 || (isLetter(bytes[from]) && letters >= IDENTIFIER_LETTERS_MIN);
    // With digits it may be an address or a number with its unit: those vary, sooner or later.
    const isPlain = digits === 0 || (digits <= NAME_DIGITS_MAX && isIdentifier(bytes, from, to));
    const whole =
      isName && isPlain && to - from <= WHOLE_BYTES_MAX ? text(bytes, from, to) : undefined;
    if (prefix === '' && suffix === '' && whole === undefined) continue;
    affixes ??= [];
    affixes.push({ token, prefix, suffix, whole, needsProof: digits > 0 });
  }
  return affixes;
}

/** Cuts back to what this line has too. */
export function narrowAffixes(affixes: Affixes, tokens: TokenList, bytes: Uint8Array): Affixes {
  if (affixes === undefined) return undefined;
  let isEmpty = true;
  for (const affix of affixes) {
    const from = tokens.start[affix.token];
    const to = tokens.end[affix.token];
    const { whole, prefix, suffix } = affix;
    if (whole !== undefined) {
      if (whole.length === to - from && holds(bytes, from, whole)) {
        isEmpty = false;
        continue;
      }
      affix.whole = undefined;
    }
    if (prefix !== '' && !holds(bytes, from, prefix)) affix.prefix = '';
    if (suffix !== '' && !holds(bytes, Math.max(from, to - suffix.length), suffix)) {
      affix.suffix = '';
    }
    if (affix.prefix !== '' || affix.suffix !== '') isEmpty = false;
  }
  return isEmpty ? undefined : affixes;
}

/** What two have in common; neither is changed. */
export function commonAffixes(one: Affixes, other: Affixes): Affixes {
  return one?.flatMap((affix) => {
    const found = other?.find(({ token }) => token === affix.token);
    if (found === undefined) return [];
    return {
      ...affix,
      prefix: affix.prefix === found.prefix ? affix.prefix : '',
      suffix: affix.suffix === found.suffix ? affix.suffix : '',
      whole: affix.whole === found.whole ? affix.whole : undefined,
    };
  });
}

/** What stands in the template for a value, after so many lines. */
export function shownValue(affix: Affix | undefined, mark: string, lines: number): string {
  if (affix === undefined) return mark;
  const { whole, prefix, suffix, needsProof } = affix;
  const isSame = whole !== undefined && (!needsProof || lines >= PROOF_LINES);
  const shown = isSame ? whole : prefix + mark + suffix;
  return Buffer.from(shown, 'latin1').toString('utf8');
}

function text(bytes: Uint8Array, from: number, to: number): string {
  if (from >= to) return '';
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}

function holds(bytes: Uint8Array, from: number, expected: string): boolean {
  for (let i = 0; i < expected.length; i++) {
    if (bytes[from + i] !== expected.charCodeAt(i)) return false;
  }
  return true;
}

function bytesOf(bytes: Uint8Array, from: number, to: number): { digits: number; letters: number } {
  let digits = 0;
  let letters = 0;
  for (let i = from; i < to; i++) {
    if (isDigit(bytes[i])) digits++;
    else if (isLetter(bytes[i])) letters++;
  }
  return { digits, letters };
}

function isIdentifier(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (!isDigit(bytes[i]) && !isLetter(bytes[i]) && bytes[i] !== 95) return false;
  }
  return true;
}

/** Behind a word and a dash before the first digit (`node-17`); else `from`. */
function prefixEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isLetter(bytes[at])) at++;
  const isPrefix = at > from && at + 1 < to && bytes[at] === DASH && isDigit(bytes[at + 1]);
  return isPrefix ? at + 1 : from;
}

/** Where the letters of the unit begin, with blanks before. */
function unitStart(bytes: Uint8Array, from: number, to: number): number {
  let at = to;
  while (at > from && isLetter(bytes[at - 1])) at--;
  if (at === from || at === to) return to;
  while (at > from && bytes[at - 1] === 32) at--;
  return at;
}
