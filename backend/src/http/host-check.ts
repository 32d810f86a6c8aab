import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../api/env.ts';
import { ApiFailure } from '../api/failure.ts';

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/** True when only processes of this machine can connect to a server bound to `host`. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.has(host) || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Refuses requests whose Host header names neither localhost, an address, nor one of `allowed`: a
 * page of a foreign site that points its own name at 127.0.0.1 (DNS rebinding) gets nothing. Names
 * are compared without port and case.
 */
export function hostCheck(allowed: readonly string[]): MiddlewareHandler<ApiEnv> {
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  return async (context, next) => {
    const name = hostName(context.env.incoming.headers.host ?? '');
    const known = name === 'localhost' || name.endsWith('.localhost') || names.has(name);
    if (!known && isIP(name) === 0) {
      throw new ApiFailure('HOST_NOT_ALLOWED', `the host name "${name}" is not served here`, {
        hint: 'Open Sonde by localhost or an address, or add the name to its allowed hosts.',
      });
    }
    await next();
  };
}

/** `example.org` of `Example.org:8080`, `::1` of `[::1]:8080`. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return (bracketed?.[1] ?? host.replace(/:\d*$/, '')).toLowerCase();
}
