import type { z } from '@hono/zod-openapi';
import { ApiFailure } from './failure.ts';

/** Longest cursor that is looked at; ours are far shorter. */
const CURSOR_LENGTH_MAX = 512;

/** Where a page ended, as the opaque text that the next request passes back. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Throws `ApiFailure` `BAD_CURSOR` when `text` is not a cursor of that shape. */
export function decodeCursor<T>(text: string, shape: z.ZodType<T>): T {
  const parsed = shape.safeParse(text.length <= CURSOR_LENGTH_MAX ? readJson(text) : undefined);
  if (parsed.success) return parsed.data;
  throw new ApiFailure('BAD_CURSOR', '`cursor` is not one that this list gave out', {
    hint: 'Pass `nextCursor` of the previous page as it is, with the same filters, or leave it out.',
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined; // The caller refuses it with words.
  }
}
