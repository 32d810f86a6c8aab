import {
  CompileError,
  ErrorPolicy,
  inferContext,
  type Program,
  placeHint,
  type StatementContext,
  type WireProgram,
  wireStatements,
} from '@sonde/ottl';
import { CONTEXTS, type Section } from './contexts.ts';
import type { StatementGroupConfig } from './statement-group-config.ts';

/** Throws `CompileError`. */
export function compileGroup(
  section: Section,
  group: StatementGroupConfig,
  errors: ErrorPolicy,
): Program {
  const { statements, conditions, shared_cache: sharedCache } = group;
  const texts = { statements, conditions, sharedCache };
  if (group.context === '') {
    const context = inferContext(CONTEXTS[section], { statements, conditions });
    return context.program(texts, errors, { prefixed: true });
  }
  return namedContext(section, group.context).program(texts, errors);
}

/** The group for the bytes of requests; undefined for one that takes columns. */
export function compileWireGroup(
  section: Section,
  group: StatementGroupConfig,
  errors: ErrorPolicy,
): WireProgram | undefined {
  const { statements, conditions, shared_cache: sharedCache } = group;
  const texts = { statements, conditions, sharedCache };
  if (group.context !== '') return wireStatements(group.context, texts, errors);
  const { name } = inferContext(CONTEXTS[section], { statements, conditions });
  return wireStatements(name, texts, errors, { prefixed: true });
}

/** Text and hint for a group that does not compile; undefined for one that does. */
export function compileProblem(
  section: Section,
  group: StatementGroupConfig,
): { readonly text: string; readonly hint?: string } | undefined {
  if (group.statements.length === 0) return undefined;
  try {
    compileGroup(section, group, NOWHERE);
    return undefined;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const text = [...group.statements, ...group.conditions].find((one) =>
      error.message.includes(JSON.stringify(one)),
    );
    const hint = text === undefined ? undefined : placeHint(text, error);
    return { text: error.message, ...(hint === undefined ? {} : { hint }) };
  }
}

/** For compiling alone: nothing runs. */
const NOWHERE: ErrorPolicy = new ErrorPolicy({ mode: 'propagate', warn: () => {} });

function namedContext(section: Section, name: string): StatementContext {
  const wanted = name === 'instrumentation_scope' ? 'scope' : name;
  const contexts = CONTEXTS[section];
  const context = contexts.find((one) => one.name === wanted);
  if (context !== undefined) return context;
  const names = contexts.map((one) => one.name);
  const isKnown = Object.values(CONTEXTS).some((list) => list.some((one) => one.name === wanted));
  throw new CompileError(
    isKnown
      ? `context "${name}" is not a valid context of ${section}: it may be one of ${names.join(', ')}`
      : `unknown context ${name}`,
  );
}
