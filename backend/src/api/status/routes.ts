import { createRoute } from '@hono/zod-openapi';
import { readStatus, type StatusOptions } from '../../status/status.ts';
import type { StoreReader } from '../../store-reader.ts';
import { jsonAnswer } from '../answers.ts';
import type { Api } from '../env.ts';
import { StatusSchema } from './schema.ts';

export function addStatus(api: Api, store: StoreReader, options: StatusOptions): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/status',
    tags: ['status'],
    summary: 'How Sonde itself fares',
    description:
      'Every part, what was received in the last five minutes, what is stored, what waits. Answers ' +
      '200 when parts are away: `parts` says which. `bufferLag` and `deadLetters` that cannot be ' +
      'read are 0 with a degraded part of their name.',
    responses: { 200: jsonAnswer('The status.', StatusSchema) },
  });
  api.openapi(route, async (context) => {
    const { tenant } = context.get('viewer');
    const status = await readStatus(store, options, { tenant, signal: context.get('signal') });
    return context.json(status, 200);
  });
}
