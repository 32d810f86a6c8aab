import { z } from '@hono/zod-openapi';
import type { ApiError, QueryCost } from './contract/index.ts';
import type { WireShape } from './wire-shape.ts';

export const QueryCostSchema: z.ZodType<QueryCost> = z
  .strictObject({ elapsedMs: z.number(), rowsRead: z.number(), bytesRead: z.number() })
  .openapi('QueryCost', { example: { elapsedMs: 12, rowsRead: 8192, bytesRead: 262_144 } });

export const ApiErrorSchema: z.ZodType<WireShape<ApiError>> = z
  .strictObject({
    error: z.strictObject({
      code: z.string(),
      message: z.string(),
      hint: z.string().optional(),
    }),
  })
  .openapi('ApiError', {
    example: {
      error: {
        code: 'BAD_REQUEST',
        message: '`from` must be before `to`',
        hint: 'GET /api/docs describes every parameter.',
      },
    },
  });

interface JsonAnswer<T> {
  readonly description: string;
  readonly content: { readonly 'application/json': { readonly schema: z.ZodType<T> } };
}

/** The 200 of a route. */
export function jsonAnswer<T>(description: string, schema: z.ZodType<T>): JsonAnswer<T> {
  return { description, content: { 'application/json': { schema } } };
}

const refusal = (description: string): JsonAnswer<WireShape<ApiError>> =>
  jsonAnswer(description, ApiErrorSchema);

/** What every route that asks the store may answer besides its 200. */
export const STORE_REFUSALS: Readonly<
  Record<400 | 422 | 503 | 504, JsonAnswer<WireShape<ApiError>>>
> = {
  400: refusal('A parameter is not allowed; the message says what is.'),
  422: refusal('The query went over a limit of the store (`QUERY_LIMIT`).'),
  503: refusal('The store does not answer (`STORE_UNAVAILABLE`).'),
  504: refusal('No answer in time (`QUERY_TIMEOUT`).'),
};

export const BAD_REQUEST: Readonly<Record<400, JsonAnswer<WireShape<ApiError>>>> = {
  400: STORE_REFUSALS[400],
};

export const NOT_FOUND: Readonly<Record<404, JsonAnswer<WireShape<ApiError>>>> = {
  404: refusal('There is no such thing (`NOT_FOUND`).'),
};

export const VERSION_CONFLICT: Readonly<Record<409, JsonAnswer<WireShape<ApiError>>>> = {
  409: refusal('Somebody else changed it since (`VERSION_CONFLICT`).'),
};
