import { quoteGo } from './quote.ts';
import { TextError } from './text-error.ts';

const QUOTES = '"\'';

/**
 * Splits where the delimiter stands outside quotes. Quotes are taken off, a backslash keeps the
 * character behind it from being one (and stays), empty pieces are left out. The delimiter is not
 * empty. Throws `TextError` where a quote is never closed.
 */
export function splitOutsideQuotes(text: string, delimiter: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let quote = '';
  let isEscaped = false;
  /** From here on the text belongs to the piece as it is. */
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (quote === '' && text.startsWith(delimiter, at)) {
      piece += text.slice(start, at);
      if (piece !== '') pieces.push(piece);
      piece = '';
      at += delimiter.length - 1;
      start = at + 1;
      continue;
    }
    const character = text.charAt(at);
    const isQuote = !isEscaped && (quote === '' ? QUOTES.includes(character) : character === quote);
    isEscaped = !isEscaped && character === '\\';
    if (!isQuote) continue;
    piece += text.slice(start, at);
    start = at + 1;
    quote = quote === '' ? character : '';
  }
  if (quote !== '') throw new TextError('never reached the end of a quoted value');
  piece += text.slice(start);
  if (piece !== '') pieces.push(piece);
  return pieces;
}

/**
 * Pairs of `key=value` text, trimmed; of two with one key the later one counts. Throws `TextError`
 * that names every pair without the delimiter.
 */
export function keyValuePairs(pairs: readonly string[], delimiter: string): Map<string, string> {
  const parsed = new Map<string, string>();
  const faults: string[] = [];
  for (const pair of pairs) {
    const at = pair.indexOf(delimiter);
    if (at < 0) {
      faults.push(`cannot split ${quoteGo(pair)} into 2 items, got 1 item(s)`);
      continue;
    }
    parsed.set(trimSpace(pair.slice(0, at)), trimSpace(pair.slice(at + delimiter.length)));
  }
  if (faults.length > 0) throw new TextError(faults.join('; '));
  return parsed;
}

const SPACE = /^[^\S\ufeff]$|^\u0085$/;

/** Go's `strings.TrimSpace`: without U+FEFF, which JavaScript trims too. */
export function trimSpace(text: string): string {
  if (isInk(text.charCodeAt(0)) && isInk(text.charCodeAt(text.length - 1))) return text;
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.test(text.charAt(start))) start++;
  while (end > start && SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Printable ASCII: no space for sure. */
function isInk(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}
