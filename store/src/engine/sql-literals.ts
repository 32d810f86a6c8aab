/** A string literal; backslash and quote escaped. */
export function stringLiteral(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** An identifier in backticks. */
export function quotedIdentifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** A `Map(String, String)` literal. */
export function mapLiteral(entries: Iterable<readonly [string, string]>): string {
  const pairs = [...entries].map(
    ([key, value]) => `${stringLiteral(key)}: ${stringLiteral(value)}`,
  );
  return `{${pairs.join(', ')}}`;
}
