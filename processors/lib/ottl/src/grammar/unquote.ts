/** Simple escapes of a Go string. */
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};
/** How many digits follow `\x`, `\u` and `\U`. */
const DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** The text of a string literal with its quotes, as Go's `strconv.Unquote`; undefined for one it refuses. */
export function unquote(literal: string): string | undefined {
  const inner = literal.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  const parts: Buffer[] = [];
  for (let at = 0; at < inner.length; ) {
    const next = inner.indexOf('\\', at);
    const plainEnd = next === -1 ? inner.length : next;
    parts.push(Buffer.from(inner.slice(at, plainEnd)));
    if (next === -1) break;
    const escaped = readEscape(inner, next + 1);
    if (escaped === undefined) return undefined;
    parts.push(escaped.bytes);
    at = escaped.end;
  }
  return Buffer.concat(parts).toString();
}

function readEscape(
  text: string,
  at: number,
): { readonly bytes: Buffer; readonly end: number } | undefined {
  const letter = text[at] ?? '';
  const simple = ESCAPES[letter];
  if (simple !== undefined) return { bytes: Buffer.from(simple), end: at + 1 };
  const digits = DIGITS[letter];
  if (digits === undefined) return readOctal(text, at);
  const hex = text.slice(at + 1, at + 1 + digits);
  if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length !== digits) return undefined;
  const code = Number.parseInt(hex, 16);
  const end = at + 1 + digits;
  if (letter === 'x') return { bytes: Buffer.of(code), end };
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return { bytes: Buffer.from(String.fromCodePoint(code)), end };
}

function readOctal(
  text: string,
  at: number,
): { readonly bytes: Buffer; readonly end: number } | undefined {
  const octal = /^[0-3][0-7]{2}/.exec(text.slice(at, at + 3))?.[0];
  if (octal === undefined) return undefined;
  return { bytes: Buffer.of(Number.parseInt(octal, 8)), end: at + 3 };
}
