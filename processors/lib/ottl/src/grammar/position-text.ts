/** `line:column`, both from 1, as the Collector's parser counts them. */
export function positionText(text: string, at: number): string {
  const before = text.slice(0, at);
  const lines = before.split('\n');
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}
