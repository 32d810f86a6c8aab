import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../api/env.ts';
import { asRunning } from '../running-requests.ts';

/** By it a client asks how far its request is: 32 hex digits that it makes up. */
const HEADER = 'Sonde-Request';
const ID = /^[0-9a-f]{32}$/;

/** Lets progress be asked for of requests whose client gave them an id; others are left alone. */
export function runningRequest(): MiddlewareHandler<ApiEnv> {
  return (context, next) => {
    const id = context.req.header(HEADER);
    return id !== undefined && ID.test(id) ? asRunning(id, next) : next();
  };
}
