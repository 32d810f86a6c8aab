/** Splits the arguments of a type at commas that stand outside of parentheses and quotes. */
export function splitArguments(text: string): readonly string[] {
  const parts: string[] = [];
  let open = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === "'" || char === '`') i = endOfQuoted(text, i);
    else if (char === '(') open++;
    else if (char === ')') open--;
    else if (char === ',' && open === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** The index of the quote that closes the one at `start`; a backslash takes the next character. */
function endOfQuoted(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === text[start]) return i;
  }
  return text.length;
}
