import { CompileError, type ErrorPolicy, inferContext } from '@sonde/ottl';
import type { RouteConfig } from './config.ts';
import { type Matcher, whole } from './matcher.ts';
import { parseRequestCondition } from './request-condition.ts';
import {
  RESOURCE_ROUTES,
  ROUTE_CONTEXTS,
  type RouteContext,
  routeContextOf,
  SENDERS,
} from './route-contexts.ts';

/** A row of the table, ready to be asked. */
export interface CompiledRoute {
  /** As written or inferred. */
  readonly context: string;
  /** The statement; of context `request` the condition. */
  readonly text: string;
  readonly match: Matcher;
}

/** Throws `CompileError` in the Collector's words. */
export function compileRoute(route: RouteConfig, errors: ErrorPolicy): CompiledRoute {
  if (route.context === 'request') return requestRoute(route.condition);
  const text = statementOf(route);
  if (route.context === '') return inferredRoute(text, errors);
  return compiled(routeContextOf(route.context), text, { errors });
}

/** A condition is the statement `route()` where it holds. */
export function statementOf({ condition, statement }: RouteConfig): string {
  return condition === '' ? statement : `route() where ${condition}`;
}

function requestRoute(text: string): CompiledRoute {
  const parsed = parseRequestCondition(text);
  if (!parsed.ok) throw new CompileError(parsed.reason);
  const match: Matcher = (batch) => whole(batch, parsed.condition(batch.client));
  return { context: 'request', text, match };
}

/**
 * Paths without a context's name are the resource's, as they were before contexts were inferred. The
 * error is then still the one of inferring.
 */
function inferredRoute(text: string, errors: ErrorPolicy): CompiledRoute {
  const ofSender = unlessRefused(() => compiled(SENDERS, text, { errors, prefixed: true }));
  if (ofSender instanceof CompileError === false) return ofSender;
  const inferred = unlessRefused(() => {
    const context = inferContext(ROUTE_CONTEXTS, { statements: [text], conditions: [] });
    return compiled(context, text, { errors, prefixed: true });
  });
  if (inferred instanceof CompileError === false) return inferred;
  const ofResource = unlessRefused(() => compiled(RESOURCE_ROUTES, text, { errors }));
  if (ofResource instanceof CompileError) throw inferred;
  return ofResource;
}

function compiled(
  context: RouteContext,
  text: string,
  { errors, prefixed = false }: { readonly errors: ErrorPolicy; readonly prefixed?: boolean },
): CompiledRoute {
  return { context: context.name, text, match: context.matcher(text, errors, { prefixed }) };
}

function unlessRefused(compile: () => CompiledRoute): CompiledRoute | CompileError {
  try {
    return compile();
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
}
