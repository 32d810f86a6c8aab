/** What the page writes into a search: `field:value`, quoted where it has to be. */
export function termFor(field: string, value: string): string {
  const name = /^[\p{L}_@][\p{L}\p{N}_.@/-]*$/u.test(field) ? field : quote(field);
  return `${name}:${/^[\p{L}\p{N}_][\p{L}\p{N}_.@-]*$/u.test(value) ? value : quote(value)}`;
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** The search with one more term that has to hold; its opposite goes, and it is there once. */
export function withTerm(q: string, term: string): string {
  const opposite = term.startsWith('-') ? term.slice(1) : `-${term}`;
  const rest = withoutTerm(withoutTerm(q, term), opposite);
  if (rest === '') return term;
  return `${hasOr(rest) ? `(${rest})` : rest} ${term}`;
}

/** The search without a term that stands by itself in it. */
export function withoutTerm(q: string, term: string): string {
  const pieces = splitTerms(q);
  const kept = pieces.filter((piece) => piece !== term);
  return kept.length === pieces.length ? q.trim() : kept.join(' ');
}

export function hasTerm(q: string, term: string): boolean {
  return splitTerms(q).includes(term);
}

/** What spaces part outside of quotes, brackets and regexps. */
export function splitTerms(q: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let depth = 0;
  const TOKEN = /"(?:[^"\\]|\\.)*"?|\/(?:[^/\\\s]|\\.)+\/i?|[\s\S]/gu;
  for (const [token] of q.matchAll(TOKEN)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (/^\s$/.test(token) && depth <= 0) {
      if (piece !== '') pieces.push(piece);
      piece = '';
    } else {
      piece += token;
    }
  }
  return piece === '' ? pieces : [...pieces, piece];
}

function hasOr(q: string): boolean {
  return splitTerms(q).includes('OR');
}

/** What is being typed at the end: what stands before it stays. */
export interface SearchDraft {
  readonly before: string;
  /** `-` or brackets that stand directly before the term. */
  readonly lead: string;
  readonly field: string | undefined;
  readonly text: string;
}

export function readDraft(q: string): SearchDraft {
  const match = /^([\s\S]*?)((?:[-(]*))([^\s()]*)$/u.exec(q);
  const [, before = '', lead = '', term = ''] = match ?? [];
  const parts = /^([\p{L}_@][\p{L}\p{N}_.@/-]*):(.*)$/u.exec(term);
  if (parts === null) return { before, lead, field: undefined, text: term };
  return { before, lead, field: parts[1], text: (parts[2] ?? '').replace(/^"/, '') };
}

/** Where a refusal points: `at character 7`. Undefined in other messages. */
export function placeIn(message: string): { at: number; problem: string } | undefined {
  const match = /^`q` at character (\d+): (.*)$/s.exec(message);
  return match === null ? undefined : { at: Number(match[1]) - 1, problem: match[2] ?? '' };
}
