import type { Context } from 'hono';
import { STDERR_LOG } from '../../log.ts';
import type { AnalysisProgress } from '../contract/index.ts';
import type { ApiEnv } from '../env.ts';
import { toFailure } from '../refuse.ts';

const NDJSON = 'application/x-ndjson';

/** Does the work of one analysis; what it reports goes to the client at once where it asked for it. */
export type Work<Answer> = (
  signal: AbortSignal,
  report: (progress: AnalysisProgress) => void,
) => Promise<Answer>;

/** Whether the client wants to see how far the answer is. */
export function wantsProgress(context: Context<ApiEnv>): boolean {
  return context.req.header('Accept')?.includes(NDJSON) ?? false;
}

/**
 * The answer as lines of JSON: progress as it is made, the answer or an error last. A client that
 * goes away ends the work and its query.
 */
export function streamAnswer<Answer>(signal: AbortSignal, work: Work<Answer>): Response {
  const gone = new AbortController();
  const lines = new ReadableStream<Uint8Array>({
    start: async (controller) => {
      const encoder = new TextEncoder();
      const send = (line: object): void => {
        if (!gone.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      try {
        const both = AbortSignal.any([signal, gone.signal]);
        send({ answer: await work(both, (progress) => send({ progress })) });
      } catch (error) {
        send(toFailure(error, STDERR_LOG).body);
      }
      if (!gone.signal.aborted) controller.close();
    },
    cancel: () => gone.abort(),
  });
  return new Response(lines, {
    headers: { 'Content-Type': NDJSON, 'Cache-Control': 'no-store' },
  });
}
