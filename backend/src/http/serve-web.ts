import type { Context, MiddlewareHandler } from 'hono';
import { html } from 'hono/html';
import type { ApiEnv } from '../api/env.ts';
import { ApiFailure } from '../api/failure.ts';
import { matchesEtag } from './etag.ts';
import { acceptsGzip } from './gzip.ts';
import { contentSecurityPolicy } from './security-headers.ts';
import type { WebFile, WebFiles } from './web-files.ts';

/** Where builds of SvelteKit keep their files: what is missing there is no route of the page. */
const BUILD_FOLDER = '/_app/';

/**
 * Sends the page: files with their ETag, hashed ones for ever, and the fallback document for every
 * other path, which the page then routes. GET and HEAD only.
 */
export function serveWeb(files: WebFiles | undefined): MiddlewareHandler<ApiEnv> {
  return async (context) => {
    const { method, path } = context.req;
    if (method !== 'GET' && method !== 'HEAD') {
      throw new ApiFailure('METHOD_NOT_ALLOWED', `${method} is not allowed on ${path}`);
    }
    const file = files?.find(decodePath(path)) ?? fallback(context, files);
    if (file !== undefined) return send(context, file);
    if (path === '/') return notBuilt(context);
    throw new ApiFailure('NOT_FOUND', `there is nothing at ${path}`, {
      hint: 'The page is at /, the description of the API at /api/docs.',
    });
  };
}

function fallback(context: Context<ApiEnv>, files: WebFiles | undefined): WebFile | undefined {
  const { path } = context.req;
  if (path.startsWith(BUILD_FOLDER)) return undefined;
  // Browsers name HTML when they navigate, and not for pictures or scripts that are missing.
  const navigates = context.req.header('Accept')?.includes('text/html') ?? false;
  const lastSegment = path.slice(path.lastIndexOf('/') + 1);
  return navigates || !lastSegment.includes('.') ? files?.fallback : undefined;
}

function send(context: Context<ApiEnv>, file: WebFile): Response {
  const headers = new Headers({
    'Content-Type': file.contentType,
    'Cache-Control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: file.etag,
    Vary: 'Accept-Encoding',
  });
  if (file.contentSecurityPolicy !== undefined) {
    headers.set('Content-Security-Policy', file.contentSecurityPolicy);
  }
  if (matchesEtag(context.req.header('If-None-Match'), file.etag)) {
    return new Response(null, { status: 304, headers });
  }
  const packed = acceptsGzip(context.req.header('Accept-Encoding')) ? file.gzip : undefined;
  if (packed === undefined) return new Response(file.body, { headers });
  headers.set('Content-Encoding', 'gzip');
  return new Response(packed, { headers });
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // Not decodable, so no file has that name.
  }
}

async function notBuilt(context: Context<ApiEnv>): Promise<Response> {
  const page = String(
    await html`<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>Sonde</title></head>
  <body>
    <h1>The page is not built</h1>
    <p>Run <code>npm run build</code> and start Sonde again.</p>
    <p>The API is there: <a href="/api/docs">its description</a>.</p>
  </body>
</html>`,
  );
  return context.html(page, 200, { 'Content-Security-Policy': contentSecurityPolicy(page) });
}
