import {
  context as otelContext,
  propagation,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { ApiEnv } from '../api/env.ts';

/** Asked by every pipeline every few seconds: spans of it would be most of an idle Sonde's traces. */
const POLLED_PATH = '/api/v1/settings';

/**
 * A server span a request, named by its route (semantic conventions of HTTP, stable). Continues the
 * trace of a `traceparent` header. Does nothing until the process registers an SDK.
 */
export function requestSpan(tracer: Tracer): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const { method, path } = context.req;
    if (method === 'GET' && path === POLLED_PATH) return next();
    const parent = propagation.extract(otelContext.active(), context.req.header());
    const attributes = { 'http.request.method': method, 'url.path': path, 'url.scheme': 'http' };
    const options = { kind: SpanKind.SERVER, attributes };
    await tracer.startActiveSpan(method, options, parent, async (span) => {
      try {
        await next();
        const { status } = context.res;
        span.setAttribute('http.response.status_code', status);
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        if (context.error !== undefined) span.recordException(context.error);
        const route = httpRoute(context);
        if (route !== undefined) {
          span.updateName(`${method} ${route}`);
          span.setAttribute('http.route', route);
        }
      } finally {
        span.end();
      }
    });
  };
}

/** The pattern that took the request: middleware and fallbacks have a `*` in theirs. */
function httpRoute(context: Context<ApiEnv>): string | undefined {
  return matchedRoutes(context).find((route) => !route.path.includes('*'))?.path;
}
