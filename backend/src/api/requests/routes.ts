import { createRoute, z } from '@hono/zod-openapi';
import type { StoreReader } from '../../store-reader.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import type { RequestProgress } from '../contract/index.ts';
import type { Api } from '../env.ts';
import { readProgress } from './read-progress.ts';

const params = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits')
    .openapi({ example: '4bf92f3577b34da6a3ce929d0e0e4736' }),
});

const ProgressSchema: z.ZodType<RequestProgress> = z
  .strictObject({ running: z.boolean(), rowsRead: z.number(), bytesRead: z.number() })
  .openapi('RequestProgress', {
    example: { running: true, rowsRead: 81_920, bytesRead: 2_621_440 },
  });

/** How far requests are that take their time. */
export function addRequests(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/requests/{id}',
    tags: ['status'],
    summary: 'What a request that is under way has read so far',
    description:
      'For a request that was sent with the header `Sonde-Request: ID`, 32 hex digits of the ' +
      "client's choice. A connection that the client closes ends the request and its queries.",
    request: { params },
    responses: { 200: jsonAnswer('How far it is.', ProgressSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { id } = context.req.valid('param');
    return context.json(await readProgress(store, id, context.get('signal')), 200);
  });
}
