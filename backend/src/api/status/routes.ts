import { createRoute } from '@hono/zod-openapi';
import { sendersQuery } from '../../status/senders-query.ts';
import { readStatus, type StatusOptions } from '../../status/status.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { SendersSchema, StatusSchema } from './schema.ts';

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

export function addSenders(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/senders',
    tags: ['status'],
    summary: 'Who sent in the last hour, and how far their clocks are off',
    description:
      'From the history of resources, which has a row a resource and minute: the cost grows with ' +
      'senders, not with what they send. `receiptLagMs` is the least time from the newest event of ' +
      "a batch to its receipt. Sonde's own services are not among them.",
    responses: { 200: jsonAnswer('The senders.', SendersSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const meter = new CostMeter();
    const query = sendersQuery(context.get('viewer').tenant, Date.now());
    const rows = meter.rows(await store.read(query, context.get('signal')));
    const senders = rows.map((row) => ({
      service: row.service_name,
      namespace: row.namespace_name,
      instance: row.instance_name,
      host: row.host_name,
      lastReceivedMs: row.received_ms,
      receiptLagMs: row.lag_ms,
    }));
    return context.json({ senders, senderTotal: rows[0]?.total ?? 0, cost: meter.cost }, 200);
  });
}
