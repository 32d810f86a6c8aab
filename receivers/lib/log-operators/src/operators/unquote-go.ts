import { OperatorError } from '../operator-error.ts';

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gs;
const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);

/** Go's `strconv.Unquote` of a text in `"`, `` ` `` or `'`. Throws `OperatorError`. */
export function unquoteGo(text: string): string {
  const quote = text[0] ?? '';
  if (text.length < 2 || !'"`\''.includes(quote) || !text.endsWith(quote)) invalid();
  const inner = text.slice(1, -1);
  if (quote === '`') return inner.includes('`') ? invalid() : inner.replaceAll('\r', '');
  let bare = inner.replace(ESCAPE, '');
  if (bare.includes(quote) || bare.includes('\n') || bare.includes('\\')) invalid();
  bare = inner.replace(
    ESCAPE,
    (_, x?: string, u?: string, U?: string, octal?: string, c?: string) => {
      const hex = x ?? u ?? U;
      if (hex !== undefined) return codePoint(Number.parseInt(hex, 16));
      if (octal !== undefined) return codePoint(Number.parseInt(octal, 8));
      return SIMPLE.get(c ?? '') ?? (c === quote ? quote : invalid());
    },
  );
  if (quote === "'" && [...bare].length !== 1) invalid();
  return bare;
}

function codePoint(code: number): string {
  return code > 0x10ffff ? invalid() : String.fromCodePoint(code);
}

function invalid(): never {
  throw new OperatorError('unquote: invalid syntax');
}
