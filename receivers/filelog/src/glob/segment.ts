/** One name of a path with wildcards: `*`, `?`, `[a-z]`, `[^a-z]`, `\x`. */
export type SegmentPart =
  | { readonly kind: 'star' }
  | { readonly kind: 'any' }
  | { readonly kind: 'char'; readonly char: string }
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      /** Pairs of first and last. */
      readonly ranges: readonly (readonly [string, string])[];
    };

/** A pattern that cannot be one. */
export class GlobError extends Error {
  constructor() {
    super('parse glob: syntax error in pattern');
  }
}

/** Throws `GlobError`. */
export function parseSegment(text: string): readonly SegmentPart[] {
  const parts: SegmentPart[] = [];
  for (let at = 0; at < text.length; ) {
    const char = text[at] ?? '';
    if (char === '*') {
      if (parts.at(-1)?.kind !== 'star') parts.push({ kind: 'star' });
      at++;
    } else if (char === '?') {
      parts.push({ kind: 'any' });
      at++;
    } else if (char === '[') {
      const parsed = parseClass(text, at);
      parts.push(parsed.part);
      at = parsed.next;
    } else {
      const escaped = char === '\\';
      const literal = escaped ? text[at + 1] : char;
      if (literal === undefined) throw new GlobError();
      parts.push({ kind: 'char', char: literal });
      at += escaped ? 2 : 1;
    }
  }
  return parts;
}

function parseClass(
  text: string,
  open: number,
): { readonly part: SegmentPart; readonly next: number } {
  let at = open + 1;
  const negated = text[at] === '^' || text[at] === '!';
  if (negated) at++;
  const ranges: (readonly [string, string])[] = [];
  const take = (): string => {
    if (text[at] === '\\') at++;
    const char = text[at];
    if (char === undefined) throw new GlobError();
    at++;
    return char;
  };
  while (text[at] !== ']') {
    const first = take();
    let last = first;
    if (text[at] === '-' && text[at + 1] !== ']') {
      at++;
      last = take();
    }
    ranges.push([first, last]);
  }
  if (ranges.length === 0) throw new GlobError();
  return { part: { kind: 'class', negated, ranges }, next: at + 1 };
}

/** Whether the parts are all of `name`: each star goes back to one place at most. */
export function matchSegment(parts: readonly SegmentPart[], name: string): boolean {
  let part = 0;
  let at = 0;
  let starPart = -1;
  let starAt = 0;
  while (at < name.length) {
    const current = parts[part];
    if (current?.kind === 'star') {
      starPart = part++;
      starAt = at;
    } else if (current !== undefined && matchesChar(current, name[at] ?? '')) {
      part++;
      at++;
    } else if (starPart >= 0) {
      part = starPart + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (parts[part]?.kind === 'star') part++;
  return part === parts.length;
}

function matchesChar(part: SegmentPart, char: string): boolean {
  switch (part.kind) {
    case 'any':
      return true;
    case 'char':
      return part.char === char;
    case 'class':
      return part.ranges.some(([from, to]) => char >= from && char <= to) !== part.negated;
    default:
      return false;
  }
}
