import type { IncomingMessage } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../api/env.ts';
import { ApiFailure } from '../api/failure.ts';

/**
 * Refuses a body over `bytesMax`. One of unknown length (chunked) is read here, at most that far,
 * and handed on whole. Hono's own copies the request with the global `Request`, which does not know
 * the server's.
 */
export function bodyLimit(bytesMax: number): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const { incoming } = context.env;
    if (!isChunked(incoming)) {
      if (Number(incoming.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
      return next();
    }
    const { url, method, headers, body } = context.req.raw;
    // Their body has no meaning: nobody reads it.
    if (method === 'GET' || method === 'HEAD' || body === null) return next();
    const bytes = await readAll(body, bytesMax);
    context.req.raw = new Request(url, { method, headers, body: bytes });
    return next();
  };
}

function isChunked(incoming: Pick<IncomingMessage, 'headers'>): boolean {
  return incoming.headers['transfer-encoding'] !== undefined;
}

async function readAll(
  body: ReadableStream<Uint8Array>,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > bytesMax) throw tooLarge(bytesMax);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

function tooLarge(bytesMax: number): ApiFailure {
  return new ApiFailure('TOO_LARGE', `a body has at most ${bytesMax} bytes`);
}
