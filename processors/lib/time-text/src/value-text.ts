/** Reading text from the front, the way Go's `time.Parse` does: what was read, and the rest. */

/** Text that does not fit, or a number outside its range. */
export type ReadFault = { fault: 'bad' } | { fault: 'range'; what: string; rest: string };

export type Read = { value: number; rest: string } | ReadFault;

const BAD: ReadFault = { fault: 'bad' };

export function bad(): ReadFault {
  return BAD;
}

export function outOfRange(what: string, rest: string): ReadFault {
  return { fault: 'range', what, rest };
}

export function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

/** One or two digits; `fixed` wants two. */
export function readTwoDigits(text: string, fixed: boolean): Read {
  if (!isDigit(text, 0)) return BAD;
  if (isDigit(text, 1)) return { value: Number(text.slice(0, 2)), rest: text.slice(2) };
  return fixed ? BAD : { value: Number(text.slice(0, 1)), rest: text.slice(1) };
}

/** One to three digits; `fixed` wants three. */
export function readThreeDigits(text: string, fixed: boolean): Read {
  let end = 0;
  while (end < 3 && isDigit(text, end)) end++;
  if (end === 0 || (fixed && end !== 3)) return BAD;
  return { value: Number(text.slice(0, end)), rest: text.slice(end) };
}

/** The index of the first name that the text begins with, in any case. */
export function readName(text: string, names: readonly string[]): Read {
  for (const [index, name] of names.entries()) {
    const candidate = text.slice(0, name.length);
    if (candidate.length === name.length && candidate.toLowerCase() === name.toLowerCase()) {
      return { value: index, rest: text.slice(name.length) };
    }
  }
  return BAD;
}

/** A point or comma and digits, of which nine count: nanoseconds. */
export function readFraction(text: string, length: number): Read {
  const point = text[0];
  const digits = text.slice(1, Math.min(length, 10));
  if ((point !== '.' && point !== ',') || !/^[0-9]+$/.test(digits)) return BAD;
  return { value: Number(digits.padEnd(9, '0')), rest: text.slice(length) };
}

/** How many characters look like the abbreviation of a zone; 0 for none. */
export function abbreviationLength(text: string): number {
  if (text.length < 3) return 0;
  if (text.startsWith('ChST') || text.startsWith('MeST')) return 4;
  if (text.startsWith('GMT')) return 3 + signedHoursLength(text.slice(3));
  if (text.startsWith('+') || text.startsWith('-')) return signedHoursLength(text);
  const letters = /^[A-Z]{0,6}/.exec(text)?.[0] ?? '';
  if (letters.length === 5) return letters[4] === 'T' ? 5 : 0;
  if (letters.length === 4) return letters[3] === 'T' || letters === 'WITA' ? 4 : 0;
  return letters.length === 3 ? 3 : 0;
}

/** "+03", "-5": a sign and hours up to 23. */
function signedHoursLength(text: string): number {
  const match = /^[+-]([0-9]+)/.exec(text);
  return match === null || Number(match[1]) > 23 ? 0 : match[0].length;
}

/** Go's `skip`: literal text, where a space in the layout stands for any number of spaces. */
export function skipLiteral(text: string, literal: string): { matches: boolean; rest: string } {
  let at = 0;
  let rest = text;
  while (at < literal.length) {
    if (literal[at] === ' ') {
      if (rest.length > 0 && rest[0] !== ' ') return { matches: false, rest };
      while (literal[at] === ' ') at++;
      rest = rest.replace(/^ +/, '');
      continue;
    }
    if (rest[0] !== literal[at]) return { matches: false, rest };
    rest = rest.slice(1);
    at++;
  }
  return { matches: true, rest };
}
