import { RE2JS } from 're2js';
import { linearRegexp } from './linear-regexp.ts';

/** A pattern that Go refuses. `reason` is worded as Go's `regexp/syntax` words it. */
export class GoRegexpError extends Error {
  constructor(pattern: string, reason: string) {
    super(`error parsing regexp: ${reason}`);
    this.name = 'GoRegexpError';
    this.pattern = pattern;
  }
  readonly pattern: string;
}

/** Where a match lies: `[start, end)` in UTF-16 units. */
export interface RegexpMatch {
  readonly start: number;
  readonly end: number;
}

/** A compiled pattern; matches anywhere in the text unless it is anchored itself. */
export class GoRegexp {
  readonly pattern: string;
  /** Names of the groups from the first on; empty where a group has none. */
  readonly groupNames: readonly string[];
  readonly #compiled: RE2JS;
  readonly #linear: RegExp | undefined;

  /** Throws `GoRegexpError`. */
  constructor(pattern: string) {
    this.pattern = pattern;
    const { compiled, names: byAlias } = compile(pattern);
    this.#compiled = compiled;
    const names: string[] = new Array<string>(compiled.groupCount()).fill('');
    for (const [name, group] of Object.entries(compiled.namedGroups())) {
      names[Number(group) - 1] = byAlias.get(name) ?? name;
    }
    this.groupNames = names;
    this.#linear = linearRegexp(pattern);
  }

  /** Whether asking again costs no more than remembering what it said. */
  get isCheap(): boolean {
    return this.#linear !== undefined;
  }

  /** Go's `MatchString`. */
  test(text: string): boolean {
    const linear = this.#linear;
    if (linear === undefined) return this.#compiled.test(text);
    linear.lastIndex = 0;
    return linear.test(text);
  }

  /** The groups of the first match, empty where one took no part; undefined without a match. */
  findGroups(text: string): readonly string[] | undefined {
    const matcher = this.#compiled.matcher(text);
    if (!matcher.find()) return undefined;
    return this.groupNames.map((_, i) => matcher.group(i + 1) ?? '');
  }

  /** The first match from `from` on; undefined without one. `^` is the start of `text`, not `from`. */
  find(text: string, from = 0): RegexpMatch | undefined {
    const matcher = this.#compiled.matcher(text);
    if (!matcher.find(from)) return undefined;
    return { start: matcher.start(), end: matcher.end() };
  }

  /** Every match replaced by this text, in which nothing means anything else. */
  replaceAllLiteral(text: string, replacement: string): string {
    const linear = this.#linear;
    if (linear === undefined) return this.replaceAll(text, () => replacement);
    const literal = replacement.includes('$') ? replacement.replaceAll('$', '$$$$') : replacement;
    return text.replace(linear, literal);
  }

  /** Go's `ReplaceAllStringFunc`; `group` gives the n-th group of the match, 0 is all of it. */
  replaceAll(
    text: string,
    replacement: (match: string, group: (n: number) => string) => string,
  ): string {
    const linear = this.#linear;
    if (linear !== undefined) {
      return text.replace(linear, (match) => replacement(match, () => match));
    }
    const matcher = this.#compiled.matcher(text);
    let replaced = '';
    let end = 0;
    const group = (n: number): string => matcher.group(n) ?? '';
    while (matcher.find()) {
      // Go takes no empty match right behind a match.
      if (matcher.start() === matcher.end() && matcher.end() === end && end > 0) continue;
      replaced += text.slice(end, matcher.start()) + replacement(group(0), group);
      end = matcher.end();
    }
    return replaced + text.slice(end);
  }
}

interface CompiledPattern {
  compiled: RE2JS;
  /** Names of groups that stand under another one, because Go lets several have the same. */
  names: ReadonlyMap<string, string>;
}

function compile(pattern: string): CompiledPattern {
  try {
    return { compiled: RE2JS.compile(pattern), names: new Map() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason.includes('duplicate capture group name')) return compileRenamed(pattern);
    throw new GoRegexpError(pattern, reason.replace(/^error parsing regexp: /, ''));
  }
}

/** Escapes, classes of characters, and the heads of named groups. */
const GROUP_HEADS = /\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P?<(\w+)>/gs;

function compileRenamed(pattern: string): CompiledPattern {
  const names = new Map<string, string>();
  const renamed = pattern.replace(GROUP_HEADS, (text: string, name: string | undefined) => {
    if (name === undefined) return text;
    const alias = `g${names.size}_`;
    names.set(alias, name);
    return `(?P<${alias}>`;
  });
  try {
    return { compiled: RE2JS.compile(renamed), names };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GoRegexpError(pattern, reason.replace(/^error parsing regexp: /, ''));
  }
}
