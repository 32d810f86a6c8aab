import type { WireVisit, WireVisits } from '@sonde/proto';
import { type FunctionRegistry, functionRegistry } from '../compile/function-definition.ts';
import { compileCondition, compileStatement } from '../compile/statement.ts';
import type { ClientView } from '../contexts/cursors.ts';
import { EDITORS } from '../editors/index.ts';
import { CompileError } from '../errors.ts';
import { CONVERTERS } from '../functions/index.ts';
import type { ErrorPolicy } from '../program/error-policy.ts';
import type { StatementTexts, TextOptions } from '../program/ottl-context.ts';
import { anyOf, statementVisit } from '../program/statement-group.ts';
import { WireCursor } from './wire-cursor.ts';
import { WIRE_CONTEXTS } from './wire-paths.ts';

/** What is done to the rows, or to the resources, of requests that nobody has decoded. */
export interface WireProgram {
  readonly visits: 'resources' | 'rows';
  /** False drops the row. */
  readonly run: (cursor: WireCursor) => boolean;
}

const FUNCTIONS: FunctionRegistry<WireCursor> = functionRegistry<WireCursor>(EDITORS, CONVERTERS);

/**
 * Statements of a context for the bytes of requests. Undefined for those that take columns: they name
 * paths or functions that only columns have, or share a cache.
 */
export function wireStatements(
  context: string,
  { statements, conditions = [], sharedCache = false }: StatementTexts,
  errors: ErrorPolicy,
  options: TextOptions = {},
): WireProgram | undefined {
  const definition = WIRE_CONTEXTS.get(context);
  if (definition === undefined || sharedCache || context === 'scope') return undefined;
  const compile = { context: definition, functions: FUNCTIONS, ...options };
  return unlessForColumns(() => {
    const visit = statementVisit({
      conditions: conditions.map((text) => compileCondition(compile, text)),
      statements: statements.map((text) => compileStatement(compile, text)),
      errors,
    });
    return {
      visits: context === 'resource' ? 'resources' : 'rows',
      run: (cursor) => {
        visit(cursor);
        return true;
      },
    };
  });
}

/** Drops the rows for which one of the conditions holds; undefined as above. */
export function wireDrop(
  context: string,
  conditions: readonly string[],
  errors: ErrorPolicy,
  options: TextOptions = {},
): WireProgram | undefined {
  const definition = WIRE_CONTEXTS.get(context);
  if (definition === undefined) return undefined;
  const compile = { context: definition, functions: FUNCTIONS, ...options };
  return unlessForColumns(() => {
    const test = anyOf(
      conditions.map((text) => compileCondition(compile, text)),
      errors,
    );
    return { visits: 'rows', run: (cursor) => !test(cursor) };
  });
}

/** All programs, one behind the other, on one batch. Those of resources come first. */
export function wireVisits(
  programs: readonly WireProgram[],
  client: ClientView | undefined,
): WireVisits {
  const visitOf = (visits: WireProgram['visits']): WireVisit | undefined => {
    const meant = programs.filter((program) => program.visits === visits);
    return meant.length === 0 ? undefined : visitWith(meant, client, visits);
  };
  return { resources: visitOf('resources'), rows: visitOf('rows') };
}

function visitWith(
  programs: readonly WireProgram[],
  client: ClientView | undefined,
  visits: WireProgram['visits'],
): WireVisit {
  let cursor: WireCursor | undefined;
  return (place) => {
    cursor ??= new WireCursor(place, client, visits);
    for (const { run } of programs) {
      cursor.opened();
      if (!run(cursor)) return false;
    }
    return true;
  };
}

function unlessForColumns<T>(compile: () => T): T | undefined {
  try {
    return compile();
  } catch (error) {
    if (error instanceof CompileError) return undefined;
    throw error;
  }
}
