import type { PathPrefix } from '../compile/context.ts';
import { CompileError } from '../errors.ts';
import { type Hints, hintsOf } from '../grammar/hints.ts';

/** What a context can do, for choosing one. */
export interface ContextCandidate {
  readonly name: PathPrefix;
  /** The contexts whose paths it reaches. */
  readonly prefixes: readonly string[];
  hasFunction(name: string): boolean;
  hasEnum(name: string): boolean;
}

/** Those first whose rows are deepest. */
const PRIORITY: readonly string[] = [
  'log',
  'datapoint',
  'metric',
  'spanevent',
  'span',
  'scope',
  'instrumentation_scope',
  'resource',
];

export interface InferredTexts {
  readonly statements: readonly string[];
  readonly conditions: readonly string[];
}

/**
 * The context of texts whose paths all begin with the name of one: the deepest that is named, or the
 * first of those below it that has every function and enum (deepest first, as upstream). Throws `CompileError` in the Collector's words.
 */
export function inferContext<T extends ContextCandidate>(
  candidates: readonly T[],
  texts: InferredTexts,
): T {
  const hints = hintsOf(texts);
  const named = [...hints.prefixes].sort((a, b) => rank(a) - rank(b));
  const [deepest] = named.filter((name) => name !== 'otelcol');
  const from = `statements ${quoted(texts.statements)} and conditions ${quoted(texts.conditions)}`;
  const names = candidates.map(({ name }) => name);
  if (deepest === undefined) {
    throw new CompileError(
      `unable to infer context from ${from}, path's first segment must be a valid context name ${quoted(names)}, and at least one context must be capable of parsing all statements`,
    );
  }
  const wanted = deepest === 'instrumentation_scope' ? 'scope' : deepest;
  const able = [...candidates]
    .filter(({ name, prefixes }) => name === wanted || prefixes.includes(wanted))
    .sort((a, b) => distance(a.name, wanted) - distance(b.name, wanted));
  const chosen = able.find((one) => lackOf(one, hints) === undefined);
  if (chosen !== undefined) return chosen;
  const [first] = able;
  const reason =
    first === undefined
      ? `inferred context "${wanted}" is not a valid candidate`
      : `inferred context "${first.name}" ${lackOf(first, hints)}`;
  throw new CompileError(
    `unable to infer a valid context (${quoted(names)}) from ${from}: ${reason}`,
  );
}

/** The named context first, then others by depth. */
function distance(name: string, wanted: string): number {
  return name === wanted ? -1 : rank(name);
}

function rank(name: string): number {
  const index = PRIORITY.indexOf(name);
  return index === -1 ? PRIORITY.length : index;
}

function lackOf(candidate: ContextCandidate, hints: Hints): string | undefined {
  for (const name of hints.prefixes) {
    if (!candidate.prefixes.includes(name)) return `does not support the path context "${name}"`;
  }
  for (const name of hints.functions) {
    if (!candidate.hasFunction(name)) return `does not support the function "${name}"`;
  }
  for (const name of hints.enums) {
    if (!candidate.hasEnum(name) && !candidate.hasFunction(name)) {
      return `does not support the enum symbol "${name}"`;
    }
  }
  return undefined;
}

/** As Go prints a list of strings with quotes. */
function quoted(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
}
