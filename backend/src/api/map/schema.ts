import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import type {
  MapCallsResponse,
  MapEdge,
  MapNode,
  MapPlace,
  MapResponse,
  MapServed,
  MapWork,
} from '../contract/index.ts';

const node: z.ZodType<MapNode> = z.strictObject({
  name: z.string(),
  namespace: z.string(),
  cluster: z.string(),
  kind: z.enum(['service', 'database', 'messaging', 'external']),
});

const work = {
  requests: z.number(),
  errors: z.number(),
  requestsPerSecond: z.number().nullable(),
  errorRatio: z.number(),
  durationP50Ns: z.number(),
  durationP95Ns: z.number(),
  durationP99Ns: z.number(),
  gapP95Ns: z.number().nullable(),
  bytesPerSecond: z.strictObject({ sent: z.number(), received: z.number() }).nullable(),
  connectionsPerSecond: z.number().nullable(),
  connectFailuresPerSecond: z.number().nullable(),
  retransmitsPerSecond: z.number().nullable(),
  roundTrip: z
    .strictObject({ measures: z.number(), meanNs: z.number(), p95Ns: z.number().nullable() })
    .nullable(),
};

const WorkSchema: z.ZodType<MapWork> = z.strictObject(work);

const EdgeSchema: z.ZodType<MapEdge> = z.strictObject({
  client: node,
  server: node,
  origin: z.enum(['sdk', 'ebpf', 'derived']),
  protocols: z.array(z.string()),
  ...work,
  before: WorkSchema.exactOptional(),
});

const place = { namespace: 'shop', cluster: '' } as const;

const PlaceSchema: z.ZodType<MapPlace> = z.strictObject({
  name: z.string(),
  namespace: z.string(),
  cluster: z.string(),
  category: z.string(),
  team: z.string(),
  zones: z.array(z.string()),
});

const ServedSchema: z.ZodType<MapServed> = z.strictObject({
  name: z.string(),
  namespace: z.string(),
  cluster: z.string(),
  requestsPerSecond: z.number(),
  errorRatio: z.number(),
  durationP95Ns: z.number(),
});

const example: MapResponse = {
  fromMs: 1_790_000_000_000,
  toMs: 1_790_000_120_000,
  edges: [
    {
      client: { name: 'web', kind: 'service', ...place },
      server: { name: 'cart', kind: 'service', ...place },
      origin: 'sdk',
      protocols: ['http'],
      requests: 240,
      errors: 3,
      requestsPerSecond: 2,
      errorRatio: 0.0125,
      durationP50Ns: 2_100_000,
      durationP95Ns: 9_800_000,
      durationP99Ns: 31_000_000,
      gapP95Ns: 400_000,
      bytesPerSecond: { sent: 1480, received: 61_000 },
      ...{ connectionsPerSecond: 0.1, connectFailuresPerSecond: 0, retransmitsPerSecond: 0 },
      roundTrip: { measures: 24, meanNs: 320_000, p95Ns: 460_000 },
    },
  ],
  gone: [],
  truncated: false,
  beforeFromMs: 1_789_999_880_000,
  places: [{ name: 'web', ...place, category: '', team: 'checkout', zones: ['eu-1a'] }],
  served: [
    {
      ...{ name: 'cart', ...place, requestsPerSecond: 2, errorRatio: 0.0125 },
      durationP95Ns: 9_400_000,
    },
  ],
  joinedUntilMs: 1_790_000_120_000,
  minutesWaiting: 0,
  calls: 240,
  unresolved: 0,
  cost: { elapsedMs: 12, rowsRead: 8192, bytesRead: 262_144 },
};

export const MapSchema: z.ZodType<MapResponse> = z
  .strictObject({
    fromMs: z.number(),
    toMs: z.number(),
    edges: z.array(EdgeSchema),
    gone: z.array(EdgeSchema),
    truncated: z.boolean(),
    beforeFromMs: z.number(),
    places: z.array(PlaceSchema),
    served: z.array(ServedSchema),
    joinedUntilMs: z.number().nullable(),
    minutesWaiting: z.number(),
    calls: z.number(),
    unresolved: z.number(),
    cost: QueryCostSchema,
  })
  .openapi('MapResponse', { example });

const steps = z.array(z.number());
const stepsOrNone = z.array(z.number().nullable());

const callsExample: MapCallsResponse = {
  ...{ fromMs: 1_790_000_000_000, toMs: 1_790_000_120_000, stepMs: 60_000 },
  ...{ requestsByStep: [120, 120], errorsByStep: [0, 3] },
  ...{ durationP50NsByStep: [2_100_000, null], durationP95NsByStep: [9_800_000, null] },
  ...{ gapP95NsByStep: [400_000, null], connectionsByStep: [6, 6] },
  ...{ bytesSentByStep: [88_800, 88_800], bytesReceivedByStep: [3_660_000, 3_660_000] },
  connectFailuresByStep: [0, 0],
  ...{ roundTripMeanNsByStep: [320_000, null], roundTripP95NsByStep: [460_000, null] },
  operations: [
    {
      ...{ name: 'GET /cart', protocol: 'http' },
      ...{ requestsPerSecond: 2, errorRatio: 0.0125, durationP95Ns: 9_800_000 },
    },
  ],
  cost: { elapsedMs: 4, rowsRead: 240, bytesRead: 16_384 },
};

export const MapCallsSchema: z.ZodType<MapCallsResponse> = z
  .strictObject({
    fromMs: z.number(),
    toMs: z.number(),
    stepMs: z.number(),
    requestsByStep: steps,
    errorsByStep: steps,
    durationP50NsByStep: stepsOrNone,
    durationP95NsByStep: stepsOrNone,
    gapP95NsByStep: stepsOrNone,
    bytesSentByStep: stepsOrNone,
    bytesReceivedByStep: stepsOrNone,
    connectionsByStep: stepsOrNone,
    connectFailuresByStep: stepsOrNone,
    roundTripMeanNsByStep: stepsOrNone,
    roundTripP95NsByStep: stepsOrNone,
    operations: z.array(
      z.strictObject({
        name: z.string(),
        protocol: z.string(),
        requestsPerSecond: z.number(),
        errorRatio: z.number(),
        durationP95Ns: z.number(),
      }),
    ),
    cost: QueryCostSchema,
  })
  .openapi('MapCallsResponse', { example: callsExample });
