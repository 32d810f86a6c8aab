import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../api/env.ts';
import { ApiFailure } from '../api/failure.ts';

/**
 * Gives every request a signal that aborts when its client goes away or its time is over, and answers
 * for a handler that does not stop by itself.
 */
export function deadline(answerMsMax: number): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const client = context.req.raw.signal;
    const signal = AbortSignal.any([client, AbortSignal.timeout(answerMsMax)]);
    context.set('signal', signal);
    let stop = (): void => {};
    const stopped = new Promise<never>((_resolve, reject) => {
      stop = (): void => reject(stopReason(client, answerMsMax));
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      await Promise.race([next(), stopped]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  };
}

function stopReason(client: AbortSignal, answerMsMax: number): ApiFailure {
  if (client.aborted) return new ApiFailure('CLIENT_GONE', 'the client closed the connection');
  return new ApiFailure('QUERY_TIMEOUT', `no answer within ${answerMsMax / 1000} s`, {
    hint: 'Ask for a shorter time range or add a filter.',
  });
}
