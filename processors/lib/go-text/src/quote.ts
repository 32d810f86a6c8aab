const SHORT_ESCAPES = new Map<string, string>([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
]);
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

/** Go's `strconv.Quote`, `%q` of a string; with `asciiOnly` `strconv.QuoteToASCII`. */
export function quoteGo(text: string, mark = '"', asciiOnly = false): string {
  // The usual text has nothing to escape.
  if (mark === '"' && /^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  let quoted = mark;
  for (const character of text) quoted += escaped(character, mark, asciiOnly);
  return quoted + mark;
}

function escaped(character: string, mark: string, asciiOnly: boolean): string {
  if (character === mark) return `\\${mark}`;
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  const isPrintable = character === ' ' || !UNPRINTABLE.test(character);
  if (code < 0x80 || (isPrintable && !asciiOnly)) return character;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
