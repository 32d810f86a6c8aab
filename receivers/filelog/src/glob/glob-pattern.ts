import { BRACE_ALTERNATIVES_MAX } from '../limits.ts';
import { GlobError, matchSegment, parseSegment, type SegmentPart } from './segment.ts';

/** A name of a path: as it stands, with wildcards, or any number of directories. */
export type GlobSegment =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'wild'; readonly parts: readonly SegmentPart[] }
  | { readonly kind: 'directories' };

/** A path with wildcards, in the syntax of doublestar: `**`, `*`, `?`, `[...]`, `{a,b}`. */
export interface GlobPattern {
  readonly isAbsolute: boolean;
  readonly segments: readonly GlobSegment[];
}

/** One pattern for each combination of the braces. Throws `GlobError`. */
export function parseGlob(text: string): readonly GlobPattern[] {
  return expandBraces(text).map((plain) => ({
    isAbsolute: plain.startsWith('/'),
    segments: plain
      .split('/')
      .filter((name) => name !== '' && name !== '.')
      .map(toSegment),
  }));
}

function toSegment(name: string): GlobSegment {
  if (name === '**') return { kind: 'directories' };
  if (!/[*?[\\]/.test(name)) return { kind: 'name', name };
  return { kind: 'wild', parts: parseSegment(name) };
}

/** The parts of the first pair of braces, with what stands before and behind it. */
interface Braces {
  readonly before: string;
  readonly alternatives: readonly string[];
  readonly behind: string;
}

function expandBraces(text: string): readonly string[] {
  let open = [text];
  const plain: string[] = [];
  while (open.length > 0) {
    const next: string[] = [];
    for (const each of open) {
      const braces = firstBraces(each);
      if (braces === undefined) plain.push(each);
      else next.push(...braces.alternatives.map((one) => braces.before + one + braces.behind));
    }
    if (plain.length + next.length > BRACE_ALTERNATIVES_MAX) throw new GlobError();
    open = next;
  }
  return plain;
}

function firstBraces(text: string): Braces | undefined {
  let depth = 0;
  let start = -1;
  let from = -1;
  const alternatives: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '{') {
      depth++;
      if (depth === 1) {
        start = at;
        from = at + 1;
      }
    } else if (char === ',' && depth === 1) {
      alternatives.push(text.slice(from, at));
      from = at + 1;
    } else if (char === '}' && depth > 0) {
      depth--;
      if (depth > 0) continue;
      alternatives.push(text.slice(from, at));
      return { before: text.slice(0, start), alternatives, behind: text.slice(at + 1) };
    }
  }
  if (depth > 0) throw new GlobError();
  return undefined;
}

/** Whether a path is one of the pattern's. */
export function matchPath({ isAbsolute, segments }: GlobPattern, path: string): boolean {
  if (path.startsWith('/') !== isAbsolute) return false;
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  // Names that the segments so far may end before; one pass a segment.
  let ends = new Set([0]);
  for (const segment of segments) {
    const next = new Set<number>();
    for (const end of ends) {
      if (segment.kind === 'directories') {
        for (let at = end; at <= names.length; at++) next.add(at);
      } else if (end < names.length && matchName(segment, names[end] ?? '')) {
        next.add(end + 1);
      }
    }
    ends = next;
  }
  return ends.has(names.length);
}

export function matchName(segment: GlobSegment, name: string): boolean {
  if (segment.kind === 'name') return segment.name === name;
  return segment.kind === 'wild' && matchSegment(segment.parts, name);
}
