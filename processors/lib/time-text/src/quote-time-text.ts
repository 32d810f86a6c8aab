/** Quotes as the errors of Go's `time` package do: bytes outside ASCII as `\xNN`. */
export function quoteTimeText(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x80 || code < 0x20) {
      for (const byte of Buffer.from(character)) {
        quoted += `\\x${byte.toString(16).padStart(2, '0')}`;
      }
    } else quoted += character === '"' || character === '\\' ? `\\${character}` : character;
  }
  return `${quoted}"`;
}
