import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';

/** Who asks. Until there is a login, everybody who reaches the server is the same local viewer. */
export interface Viewer {
  /** What the audit of a change says. */
  readonly name: string;
  /** The tenant whose rows are seen, and no other's. */
  readonly tenant: string;
}

/** What the handlers of a request find in hono's context. */
export interface ApiEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Aborts when the client goes away or the request's time is over. */
    signal: AbortSignal;
    viewer: Viewer;
  };
}

export type Api = OpenAPIHono<ApiEnv>;
