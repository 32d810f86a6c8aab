import { createRoute, z } from '@hono/zod-openapi';
import { exportLogs } from '../../logs/export-logs.ts';
import { resolveLogScope } from '../../logs/log-scope.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { checkRange } from '../parameters.ts';
import { logWish, resourceKeysParameter, scopeParameters } from './scope-parameters.ts';

const MEDIA_TYPES = { ndjson: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' } as const;

const exportParameters = z
  .strictObject({
    ...scopeParameters,
    resourceKeys: resourceKeysParameter,
    format: z
      .enum(['ndjson', 'csv'])
      .openapi({ description: 'A JSON object or a CSV row a record.', example: 'ndjson' }),
  })
  .superRefine(checkRange);

/** A download: what it costs in memory does not depend on its size. */
export function addExport(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/logs/export',
    tags: ['logs'],
    summary: 'All records that match as a file, newest first',
    description:
      'Has no limit of rows or time. A connection that ends early means that the file is not whole.',
    request: { query: exportParameters },
    responses: {
      200: {
        description: 'The file.',
        content: {
          'application/x-ndjson': { schema: z.string(), example: '{"body":"refused"}\n' },
          'text/csv': { schema: z.string(), example: 'time,level,service\r\n' },
        },
      },
      ...STORE_REFUSALS,
    },
  });
  api.openapi(route, async (context) => {
    const { format, resourceKeys, ...query } = context.req.valid('query');
    const wish = logWish(context.get('viewer').tenant, query);
    const ask = { meter: new CostMeter(), signal: context.get('signal') };
    const scope = await resolveLogScope(store, wish, ask);
    const from = new Date(query.from).toISOString().replaceAll(/[:.]/g, '-');
    const file = { scope, format, resourceKeys };
    return new Response(fileStream(store, file, context.req.raw.signal), {
      headers: {
        'Content-Type': MEDIA_TYPES[format],
        'Content-Disposition': `attachment; filename="logs-${from}.${format}"`,
      },
    });
  });
}

/** Read on as fast as it is taken; who stops taking stops the engine. */
function fileStream(
  store: StoreReader,
  wish: Parameters<typeof exportLogs>[1],
  client: AbortSignal,
): ReadableStream<Uint8Array> {
  const leaving = new AbortController();
  const parts = exportLogs(store, wish, AbortSignal.any([client, leaving.signal]));
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const part = await parts.next();
      if (part.done === true) controller.close();
      else controller.enqueue(part.value);
    },
    cancel: () => leaving.abort(),
  });
}
