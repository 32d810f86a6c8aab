import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../api/env.ts';

export const gzipBytes: (bytes: Uint8Array) => Promise<Buffer> = promisify(gzip);

/** True when `Accept-Encoding` takes gzip; `gzip;q=0` does not. */
export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  return header
    .split(',')
    .map((coding) => /^(gzip|\*)(?:;q=([\d.]+))?$/.exec(coding.replaceAll(/\s/g, '').toLowerCase()))
    .some((match) => match !== null && Number(match[2] ?? 1) > 0);
}

/** Compresses JSON answers of at least `bytesMin` bytes for clients that take gzip. */
export function gzipJson(bytesMin: number): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    await next();
    const { res } = context;
    const isJson = res.headers.get('Content-Type')?.startsWith('application/json') ?? false;
    if (!isJson || res.body === null || res.headers.has('Content-Encoding')) return;
    res.headers.append('Vary', 'Accept-Encoding');
    if (!acceptsGzip(context.req.header('Accept-Encoding'))) return;
    const body = new Uint8Array(await res.arrayBuffer());
    const small = body.length < bytesMin;
    const headers = new Headers(res.headers);
    if (!small) headers.set('Content-Encoding', 'gzip');
    const { status } = res;
    context.res = undefined; // Else hono merges the old headers into the new answer.
    context.res = new Response(small ? body : await gzipBytes(body), { status, headers });
  };
}
