import { z } from '@hono/zod-openapi';
import { QueryCostSchema } from '../answers.ts';
import type {
  AnalysisSelection,
  BreakdownResponse,
  ComparisonResponse,
  Difference,
  ErrorCausesResponse,
  FrameTimes,
  LatencyResponse,
  OverviewRow,
  PartTimes,
  TraceFeature,
  TraceNotes,
  TracesOverviewResponse,
} from '../contract/index.ts';
import type { WireShape } from '../wire-shape.ts';

const cost = { elapsedMs: 12, rowsRead: 8192, bytesRead: 262_144 };
const kind = z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']);

const SelectionSchema: z.ZodType<AnalysisSelection> = z.strictObject({
  traces: z.number(),
  everyNth: z.number(),
  baselineTraces: z.number(),
  baselineEveryNth: z.number(),
  auxiliaryTraces: z.number(),
});

const selection: AnalysisSelection = {
  ...{ traces: 120, everyNth: 1 },
  ...{ baselineTraces: 4000, baselineEveryNth: 1, auxiliaryTraces: 12 },
};

const OverviewRowSchema: z.ZodType<OverviewRow> = z.strictObject({
  service: z.string(),
  name: z.string(),
  requests: z.number(),
  perSecond: z.number(),
  errors: z.number(),
  durationP50Ns: z.number(),
  durationP95Ns: z.number(),
  durationP99Ns: z.number(),
});

const overviewRow: OverviewRow = {
  ...{ service: 'shop', name: 'POST /cart', requests: 120, perSecond: 2, errors: 3 },
  ...{ durationP50Ns: 12_000_000, durationP95Ns: 40_000_000, durationP99Ns: 90_000_000 },
};

const overviewExample: TracesOverviewResponse = {
  selection,
  rows: [overviewRow],
  rowsTotal: 1,
  total: { ...overviewRow, service: '', name: '' },
  rootless: 0,
  cost,
};

export const TracesOverviewSchema: z.ZodType<TracesOverviewResponse> = z
  .strictObject({
    selection: SelectionSchema,
    rows: z.array(OverviewRowSchema),
    rowsTotal: z.number(),
    total: OverviewRowSchema,
    rootless: z.number(),
    cost: QueryCostSchema,
  })
  .openapi('TracesOverviewResponse', { example: overviewExample });

const causesExample: ErrorCausesResponse = {
  selection,
  fromMs: 1_790_000_000_000,
  stepMs: 60_000,
  causes: [
    {
      ...{ service: 'pay', name: 'charge', kind: 'client', message: 'card <*> declined' },
      ...{ exceptionType: 'CardError', traces: 30, share: 0.25, tracesEndedWell: 4, spans: 31 },
      ...{ trend: [10, 20], firstSeenMs: 1_790_000_000_000, seenBefore: false },
      sample: {
        ...{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' },
        ...{ atMs: 1_790_000_000_000, message: 'card 4711 declined', stack: '' },
      },
    },
  ],
  causesTotal: 1,
  failedTraces: 30,
  cost,
};

export const ErrorCausesSchema: z.ZodType<ErrorCausesResponse> = z
  .strictObject({
    selection: SelectionSchema,
    fromMs: z.number(),
    stepMs: z.number(),
    causes: z.array(
      z.strictObject({
        service: z.string(),
        name: z.string(),
        kind,
        message: z.string(),
        exceptionType: z.string(),
        traces: z.number(),
        share: z.number(),
        tracesEndedWell: z.number(),
        spans: z.number(),
        trend: z.array(z.number()),
        firstSeenMs: z.number(),
        seenBefore: z.boolean(),
        sample: z.strictObject({
          traceId: z.string(),
          spanId: z.string(),
          atMs: z.number(),
          message: z.string(),
          stack: z.string(),
        }),
      }),
    ),
    causesTotal: z.number(),
    failedTraces: z.number(),
    cost: QueryCostSchema,
  })
  .openapi('ErrorCausesResponse', { example: causesExample });

const BothSchema: z.ZodType<{ selected: number; baseline: number }> = z.strictObject({
  selected: z.number(),
  baseline: z.number(),
});

const NotesSchema: z.ZodType<TraceNotes> = z.strictObject({
  spans: z.number(),
  cutTraces: z.number(),
  cutSpans: z.number(),
  missingParents: z.number(),
  inCycles: z.number(),
  skewed: z.number(),
  negativeDurations: z.number(),
});

const notes: TraceNotes = {
  ...{ spans: 960, cutTraces: 0, cutSpans: 0, missingParents: 0 },
  ...{ inCycles: 0, skewed: 0, negativeDurations: 0 },
};

const FrameTimesSchema: z.ZodType<FrameTimes> = z.strictObject({
  spans: z.number(),
  errors: z.number(),
  selfNs: z.number(),
  totalNs: z.number(),
  criticalSelfNs: z.number(),
  criticalTotalNs: z.number(),
});

const times: FrameTimes = {
  ...{ spans: 120, errors: 0, selfNs: 1_000_000, totalNs: 9_000_000 },
  ...{ criticalSelfNs: 1_000_000, criticalTotalNs: 9_000_000 },
};

const latencyExample: LatencyResponse = {
  selection,
  requests: { selected: 120, baseline: 4000 },
  frames: [
    {
      ...{ parent: -1, service: '', name: '', kind: 'unspecified', what: 'all' },
      ...{ selected: times, baseline: times },
    },
  ],
  notes,
  cost,
};

export const LatencySchema: z.ZodType<LatencyResponse> = z
  .strictObject({
    selection: SelectionSchema,
    requests: BothSchema,
    frames: z.array(
      z.strictObject({
        parent: z.number(),
        service: z.string(),
        name: z.string(),
        kind,
        what: z.enum(['all', 'span', 'missing', 'other']),
        selected: FrameTimesSchema,
        baseline: FrameTimesSchema,
      }),
    ),
    notes: NotesSchema,
    cost: QueryCostSchema,
  })
  .openapi('LatencyResponse', { example: latencyExample });

const PartTimesSchema: z.ZodType<PartTimes> = z.strictObject({
  timeNs: z.number(),
  calls: z.number(),
  errors: z.number(),
  requests: z.number(),
});

const part: PartTimes = { timeNs: 4_000_000, calls: 120, errors: 0, requests: 120 };

const breakdownExample: BreakdownResponse = {
  selection,
  service: 'shop',
  services: ['shop', 'pay'],
  requests: { selected: 120, baseline: 4000 },
  timeNs: { selected: 9_000_000, baseline: 80_000_000 },
  parts: [{ kind: 'service', name: 'pay', selected: part, baseline: part }],
  notes,
  cost,
};

export const BreakdownSchema: z.ZodType<BreakdownResponse> = z
  .strictObject({
    selection: SelectionSchema,
    service: z.string(),
    services: z.array(z.string()),
    requests: BothSchema,
    timeNs: BothSchema,
    parts: z.array(
      z.strictObject({
        kind: z.enum(['own', 'service', 'dependency', 'dns', 'connect', 'tls']),
        name: z.string(),
        selected: PartTimesSchema,
        baseline: PartTimesSchema,
      }),
    ),
    notes: NotesSchema,
    cost: QueryCostSchema,
  })
  .openapi('BreakdownResponse', { example: breakdownExample });

const FeatureSchema: z.ZodType<WireShape<TraceFeature>> = z.strictObject({
  on: z.enum(['span', 'resource', 'event', 'operation', 'time']),
  key: z.string(),
  value: z.string(),
  minNs: z.number().optional(),
  maxNs: z.number().optional(),
});

const DifferenceSchema: z.ZodType<WireShape<Difference>> = z.strictObject({
  features: z.array(FeatureSchema),
  selectedTraces: z.number(),
  baselineTraces: z.number(),
  selectedShare: z.number(),
  baselineShare: z.number(),
  score: z.number(),
  errorRatio: z.number().optional(),
  durationP50Ns: z.number().optional(),
  durationP95Ns: z.number().optional(),
});

const features: readonly TraceFeature[] = [{ on: 'span', key: 'region', value: 'eu' }];

const comparisonExample: ComparisonResponse = {
  selection,
  compared: { selected: 120, baseline: 4000 },
  differences: [
    {
      ...{ features, selectedTraces: 110, baselineTraces: 200 },
      ...{ selectedShare: 0.92, baselineShare: 0.05, score: 80, errorRatio: 0.01 },
      ...{ durationP50Ns: 30_000_000, durationP95Ns: 90_000_000 },
    },
  ],
  pairs: [],
  groups: [{ features, selectedTraces: 110, baselineTraces: 200 }],
  suppressedKeys: ['request.id'],
  comparedKeys: 14,
  cost,
};

export const ComparisonSchema: z.ZodType<WireShape<ComparisonResponse>> = z
  .strictObject({
    selection: SelectionSchema,
    compared: BothSchema,
    differences: z.array(DifferenceSchema),
    pairs: z.array(DifferenceSchema),
    groups: z.array(
      z.strictObject({
        features: z.array(FeatureSchema),
        selectedTraces: z.number(),
        baselineTraces: z.number(),
      }),
    ),
    suppressedKeys: z.array(z.string()),
    comparedKeys: z.number(),
    cost: QueryCostSchema,
  })
  .openapi('ComparisonResponse', { example: comparisonExample });
