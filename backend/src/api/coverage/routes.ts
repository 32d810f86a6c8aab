import { createRoute, z } from '@hono/zod-openapi';
import { hostsCovered, servicesCovered } from '../../coverage/coverage.ts';
import { connectionsQuery, coverageQuery, logsQuery, spansQuery } from '../../coverage/queries.ts';
import { ANSWER_LIMITS } from '../../limits.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { checkRange, rangeParameters } from '../parameters.ts';
import { CoverageSchema } from './schema.ts';

/** What is seen of everything that runs, and what closes the holes. */
export function addCoverage(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/coverage',
    tags: ['services'],
    summary: 'What of each service is seen, and what is not',
    description:
      'Of every service that an agent, an SDK or a log file tells of: metrics, logs, requests and ' +
      'traces, each with who sees it, and for every hole why it is there and the line that closes ' +
      'it. What agents say is that of the last minutes of the range.',
    request: { query: z.strictObject(rangeParameters).superRefine(checkRange) },
    responses: { 200: jsonAnswer('The coverage.', CoverageSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const { tenant } = context.get('viewer');
    const { from: fromMs, to: toMs } = context.req.valid('query');
    const scope = { tenant, fromMs, toMs };
    const signal = context.get('signal');
    const meter = new CostMeter();
    const [told, connected, spans, logs] = await Promise.all([
      store.read(coverageQuery(scope), signal),
      store.read(connectionsQuery(scope), signal),
      store.read(spansQuery(scope), signal),
      store.read(logsQuery(scope), signal),
    ]);
    const coverage = meter.rows(told);
    const rows = {
      coverage,
      connections: meter.rows(connected),
      spans: meter.rows(spans),
      logs: meter.rows(logs),
    };
    const services = servicesCovered(rows).slice(0, ANSWER_LIMITS.servicesMax);
    const hosts = hostsCovered(coverage);
    return context.json({ fromMs, toMs, hosts, services, cost: meter.cost }, 200);
  });
}
