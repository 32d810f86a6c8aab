import { createRoute } from '@hono/zod-openapi';
import type { RetentionJob } from '../../retention/retention-job.ts';
import { storeFailureOf } from '../../store-reader.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { StorageSchema } from './schema.ts';

/** How much is stored, how long the room lasts; the days are changed with `PUT /settings`. */
export function addStorage(api: Api, job: RetentionJob): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/storage',
    tags: ['status'],
    summary: 'How much is stored and how long the room lasts',
    description:
      'Bytes by signal, the limit at which the oldest partitions are dropped, a forecast, and what ' +
      'was dropped or moved. Days and limit are `retention` of the settings.',
    responses: { 200: jsonAnswer('The storage.', StorageSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    try {
      return context.json(await job.report(context.get('signal')), 200);
    } catch (error) {
      throw storeFailureOf(error);
    }
  });
}
