import { GoRegexp } from '@sonde/go-regexp';
import { GrokError } from './grok-error.ts';
import { GROK_PATTERNS } from './grok-patterns.ts';

/** What a `%{...}` may look like: a pattern, the name of its value, its type. */
const REFERENCE = /%\{(\w+(?::[\w+.]+(?::\w+)?)?)\}/g;
/** Rounds of replacing patterns by what they stand for; patterns within each other end long before. */
const ROUNDS_MAX = 1000;
const EXPANDED_LENGTH_MAX = 1 << 18;
/** Stands for a point in the name of a group, which has none. */
const POINT = '___';

export interface GrokSettings {
  /** Only references with a name of their own become values. */
  readonly namedCapturesOnly: boolean;
  /** Patterns besides, and instead of, the known ones. */
  readonly definitions: ReadonlyMap<string, string>;
}

/** A value that an expression found: text, and the type that its reference asked for. */
export interface GrokMatch {
  readonly name: string;
  readonly text: string;
  readonly type: string | undefined;
}

/** An expression of grok (`%{IP:client} %{INT:size:int}`), compiled once. */
export class Grok {
  readonly #regexp: GoRegexp;
  readonly #types: ReadonlyMap<string, string>;

  /** Throws `GrokError` for an unknown pattern and `GoRegexpError`. */
  constructor(expression: string, settings: GrokSettings) {
    const { pattern, types } = expand(expression, settings);
    this.#regexp = new GoRegexp(pattern);
    this.#types = types;
  }

  get hasNames(): boolean {
    return this.#regexp.groupNames.some((name) => name !== '');
  }

  /** What the first match gives, without empty values; nothing without a match. */
  match(text: string): GrokMatch[] {
    const groups = this.#regexp.findGroups(text) ?? [];
    const matches: GrokMatch[] = [];
    for (const [index, group] of groups.entries()) {
      const name = this.#regexp.groupNames[index] ?? '';
      if (name === '' || group === '') continue;
      matches.push({
        name: name.replaceAll(POINT, '.'),
        text: group,
        type: this.#types.get(name),
      });
    }
    return matches;
  }
}

function expand(
  expression: string,
  { namedCapturesOnly, definitions }: GrokSettings,
): { pattern: string; types: Map<string, string> } {
  const types = new Map<string, string>();
  let pattern = expression;
  const replace = (_: string, reference: string): string => {
    const [pattern = '', name, type] = reference.split(':');
    const group = (name ?? pattern).replaceAll('.', POINT);
    if (type !== undefined) types.set(group, type);
    const known = definitions.get(pattern) ?? GROK_PATTERNS.get(pattern);
    if (known === undefined) {
      throw new GrokError(`pattern definition "${pattern}" unknown: parsing failed`);
    }
    return namedCapturesOnly && name === undefined ? `(${known})` : `(?P<${group}>${known})`;
  };
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = pattern.replace(REFERENCE, replace);
    if (next === pattern) break;
    if (next.length > EXPANDED_LENGTH_MAX) {
      throw new GrokError(
        `the pattern is longer than ${EXPANDED_LENGTH_MAX} characters: does a definition name itself?`,
      );
    }
    pattern = next;
  }
  return { pattern, types };
}
