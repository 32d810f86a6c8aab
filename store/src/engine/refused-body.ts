import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a refused sender may still send, and for how long, before its connection is cut. */
const DISCARDED_BYTES_MAX = 64 * 1024 * 1024;
const DISCARD_TIME_MS_MAX = 5000;

/**
 * Ends an answer that was written before its request was read to the end, and with it the connection,
 * when the sender has sent the rest: most clients write their whole body before they read, and one
 * that is cut sees a reset in place of the answer. The answer must have its `Content-Length`, so that
 * who reads at once need not wait.
 */
export function endAfterBody(request: IncomingMessage, response: ServerResponse): void {
  const cut = (): void => {
    request.destroy();
  };
  // Whoever read the body left off: its listener would keep the stream paused, its pipe fill up.
  request.removeAllListeners('readable');
  request.unpipe();
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > DISCARDED_BYTES_MAX) cut();
  });
  request.once('end', () => response.end());
  request.on('error', cut);
  request.resume();
  const timer = setTimeout(cut, DISCARD_TIME_MS_MAX);
  response.once('close', () => clearTimeout(timer));
}
