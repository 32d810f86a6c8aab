import type { Context } from 'hono';
import type { ApiEnv } from './env.ts';

/** Who made a change: the viewer and the address that the change came from. */
export function actorOf(context: Context<ApiEnv>): string {
  const address = context.env.incoming.socket.remoteAddress ?? 'unknown address';
  return `${context.get('viewer').name} (${address})`;
}
