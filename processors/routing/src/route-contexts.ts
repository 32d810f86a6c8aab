import {
  CompileError,
  type ContextCandidate,
  type ContextDefinition,
  type ContextFunction,
  type Cursor,
  compileStatement,
  DATAPOINTS,
  type ErrorPolicy,
  type FunctionRegistry,
  functionRegistry,
  type GroupCursor,
  LOGS,
  METRICS,
  RESOURCES,
  SPANS,
  type Statement,
  type TextOptions,
} from '@sonde/ottl';
import {
  type Find,
  findLogs,
  findMetrics,
  findPoints,
  findResources,
  findSender,
  findSpans,
  type Matcher,
} from './matcher.ts';

/** What a route may be about. */
export interface RouteContext extends ContextCandidate {
  /** Throws `CompileError`. */
  matcher(text: string, errors: ErrorPolicy, options: TextOptions): Matcher;
}

/** The editors that upstream allows in the statement of a route. */
const EDITOR_NAMES: readonly string[] = ['delete_key', 'delete_matching_keys'];

interface ContextParts<C extends Cursor> {
  readonly definition: ContextDefinition<C>;
  readonly functions: FunctionRegistry<C>;
}

function routeContext<C extends Cursor>(
  { definition, functions: all }: ContextParts<C>,
  find: Find<C>,
): RouteContext {
  const route: ContextFunction<C> = {
    name: 'route',
    parameters: [],
    pure: false,
    create: () => () => true,
  };
  const allowed = [...all.values()].filter(({ name }) => /^[A-Z]/.test(name) || isEditor(name));
  const functions = functionRegistry<C>(allowed, [route]);
  return {
    name: definition.name,
    prefixes: Object.keys(definition.paths),
    hasFunction: (name) => functions.has(name),
    hasEnum: (name) => definition.enums.has(name),
    matcher: (text, errors, options) => {
      const statement = compileStatement({ context: definition, functions, ...options }, text);
      const test = testOf(statement, errors);
      return (batch) => find(batch, test);
    },
  };
}

function isEditor(name: string): boolean {
  return EDITOR_NAMES.includes(name);
}

/** A statement that fails does not mean the row. */
function testOf<C>(
  { text, where, run }: Statement<C>,
  errors: ErrorPolicy,
): (cursor: C) => boolean {
  return (cursor) => {
    try {
      if (!where(cursor)) return false;
      run(cursor);
      return true;
    } catch (error) {
      errors.statementFailed(text, error);
      return false;
    }
  };
}

const { definition: resource, functions } = RESOURCES;

/** The sender alone. */
const SENDER: ContextDefinition<GroupCursor> = {
  name: 'otelcol',
  paths: { ...(resource.paths.otelcol && { otelcol: resource.paths.otelcol }) },
  enums: resource.enums,
};

export const SENDERS: RouteContext = routeContext({ definition: SENDER, functions }, findSender);

export const RESOURCE_ROUTES: RouteContext = routeContext(RESOURCES, findResources);

/** Those that are found by the paths of a text, and by name. */
export const ROUTE_CONTEXTS: readonly RouteContext[] = [
  RESOURCE_ROUTES,
  routeContext(SPANS, findSpans),
  routeContext(METRICS, findMetrics),
  routeContext(DATAPOINTS, findPoints),
  routeContext(LOGS, findLogs),
];

/** The context of a name that configuration allows. */
export function routeContextOf(name: string): RouteContext {
  const found = [SENDERS, ...ROUTE_CONTEXTS].find((context) => context.name === name);
  if (found === undefined) throw new CompileError(`unknown context "${name}"`);
  return found;
}
