import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import type { CoverageResponse, SignalCoverage } from '../contract/index.ts';
import type { WireShape } from '../wire-shape.ts';

const SignalSchema: z.ZodType<WireShape<SignalCoverage>> = z.strictObject({
  state: z.enum(['seen', 'partly', 'unseen', 'none']),
  seen: z.number(),
  total: z.number(),
  by: z.array(z.enum(['agent', 'sdk'])),
});

const signal = z.enum(['metrics', 'logs', 'requests', 'traces']);

const example: CoverageResponse = {
  fromMs: 1_790_000_000_000,
  toMs: 1_790_003_600_000,
  hosts: [{ host: 'h1', services: 12, processes: 40 }],
  services: [
    {
      service: 'cart',
      namespace: '',
      own: false,
      hosts: ['h1'],
      processes: 2,
      signals: {
        metrics: { state: 'seen', seen: 2, total: 2, by: ['agent'] },
        logs: { state: 'unseen', seen: 0, total: 2, by: [] },
        requests: { state: 'partly', seen: 40, total: 44, by: ['agent'] },
        traces: { state: 'seen', seen: 4, total: 4, by: ['agent'] },
      },
      holes: [
        {
          signal: 'logs',
          reason: 'null',
          count: 2,
          why: 'its output is thrown away (/dev/null)',
          fix: 'cart >>/var/log/cart.log 2>&1',
        },
      ],
      connections: [
        {
          ...{ seen: false, protocol: '', secure: false, reason: 'tls' },
          why: 'the connection is encrypted by a library that is not read',
          ...{ side: 'client', peer: 'payments.example', port: '443', count: 4 },
        },
      ],
    },
  ],
  cost: { elapsedMs: 12, rowsRead: 8192, bytesRead: 262_144 },
};

export const CoverageSchema: z.ZodType<WireShape<CoverageResponse>> = z
  .strictObject({
    fromMs: z.number(),
    toMs: z.number(),
    hosts: z.array(
      z.strictObject({ host: z.string(), services: z.number(), processes: z.number() }),
    ),
    services: z.array(
      z.strictObject({
        service: z.string(),
        namespace: z.string(),
        own: z.boolean(),
        hosts: z.array(z.string()),
        processes: z.number(),
        signals: z.strictObject({
          metrics: SignalSchema,
          logs: SignalSchema,
          requests: SignalSchema,
          traces: SignalSchema,
        }),
        holes: z.array(
          z.strictObject({
            signal,
            reason: z.string(),
            count: z.number(),
            why: z.string(),
            fix: z.string(),
          }),
        ),
        connections: z.array(
          z.strictObject({
            seen: z.boolean(),
            protocol: z.string(),
            secure: z.boolean(),
            reason: z.string(),
            why: z.string(),
            side: z.enum(['', 'client', 'server', 'unknown']),
            peer: z.string(),
            port: z.string(),
            count: z.number(),
          }),
        ),
      }),
    ),
    cost: QueryCostSchema,
  })
  .openapi('CoverageResponse', { example });
