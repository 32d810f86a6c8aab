import { z } from '@hono/zod-openapi';
import type { StateStore } from '../../state/index.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import type {
  AnalysisAsking,
  AnalysisWish,
  Baseline,
} from '../../traces/analysis/analysis-scope.ts';
import { auxiliaryRules } from '../../traces/analysis/auxiliary.ts';
import { readComparison } from '../../traces/analysis/compare/read-comparison.ts';
import { readBreakdown, readLatency } from '../../traces/analysis/latency/read-latency.ts';
import { readOverview } from '../../traces/analysis/overview.ts';
import { readErrorCauses } from '../../traces/analysis/read-error-causes.ts';
import { STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { ApiFailure } from '../failure.ts';
import {
  checkRange,
  flagParameter,
  integerParameter,
  rangeParameters,
  textParameter,
} from '../parameters.ts';
import { badRequest } from '../refuse.ts';
import {
  BreakdownSchema,
  ComparisonSchema,
  ErrorCausesSchema,
  LatencySchema,
  TracesOverviewSchema,
} from './analysis-schema.ts';
import { streamAnswer, type Work, wantsProgress } from './analysis-stream.ts';
import { spanParameters, spanWish } from './span-routes.ts';

const tags = ['traces'];
const MS_MAX = 8_640_000_000_000_000;

const milliseconds = (description: string, example: number) =>
  integerParameter({ description, min: 0, max: MS_MAX, example });
const nanoseconds = (description: string, example: number) =>
  integerParameter({ description, min: 0, max: Number.MAX_SAFE_INTEGER, example });

const analysisParameters = {
  ...rangeParameters,
  ...spanParameters,
  boxFrom: milliseconds('Start of the selection, inclusive; of the range when absent.', 0),
  boxTo: milliseconds('End of the selection, exclusive; of the range when absent.', MS_MAX),
  boxMinNs: nanoseconds('Shortest selected duration, nanoseconds.', 0),
  boxMaxNs: nanoseconds('Selected durations are below it, nanoseconds.', 60_000_000_000),
  errorsOnly: flagParameter('Only spans whose status is error are selected.'),
  auxiliary: flagParameter('Auxiliary requests such as health checks count too.'),
  baseline: z
    .enum(['rest', 'earlier', 'version', ''])
    .optional()
    .openapi({
      description:
        'What the selection is held against: other traces of the range (the default), the range of ' +
        'the same length before, or traces in which `version` answered.',
      example: 'rest',
    }),
  version: textParameter('`service.version` of the baseline.', '1.4.2'),
  service: textParameter(
    'Of `breakdown` alone: whose time; the most frequent when absent.',
    'shop',
  ),
};

const AnalysisParameters = z.strictObject(analysisParameters).superRefine(checkRange);
type Asked = z.output<typeof AnalysisParameters>;

const DESCRIPTION =
  'Of all traces with a span in the selection: the box within what the range and the filters ' +
  'show in the heatmap. With `Accept: application/x-ndjson` lines of progress come first.';

const LINE_EXAMPLE = '{"progress":{"step":"Finding the traces","done":0,"of":4}}\n{"answer":{}}\n';

interface Tab<Answer> {
  readonly path: 'overview' | 'errors' | 'latency' | 'attributes' | 'breakdown';
  readonly summary: string;
  readonly schema: z.ZodType<Answer>;
  readonly read: (
    store: StoreReader,
    wish: AnalysisWish & { readonly service: string | undefined },
    asking: AnalysisAsking,
  ) => Promise<Answer>;
}

/** Where analyses find the traces and the rules of what is auxiliary. */
export interface AnalysisSources {
  readonly store: StoreReader;
  readonly state: Pick<StateStore, 'settings'>;
}

export function addTraceAnalysis(api: Api, sources: AnalysisSources): void {
  addTab(api, sources, {
    path: 'overview',
    summary: 'Selected traces by the operation they begin with',
    schema: TracesOverviewSchema,
    read: readOverview,
  });
  addTab(api, sources, {
    path: 'errors',
    summary: 'Where the errors of selected traces began',
    schema: ErrorCausesSchema,
    read: readErrorCauses,
  });
  addTab(api, sources, {
    path: 'latency',
    summary: 'Where the wall-clock time of selected traces goes, as a flame graph',
    schema: LatencySchema,
    read: readLatency,
  });
  addTab(api, sources, {
    path: 'attributes',
    summary: 'Which values and times distinguish selected traces from the others',
    schema: ComparisonSchema,
    read: readComparison,
  });
  addTab(api, sources, {
    path: 'breakdown',
    summary: "A service's time in selected traces: its own and that of each it waits for",
    schema: BreakdownSchema,
    read: readBreakdown,
  });
}

/** The answer is JSON or lines of it, which the typed routes do not know: it is described and served apart. */
function addTab<Answer>(api: Api, { store, state }: AnalysisSources, tab: Tab<Answer>): void {
  const path = `/api/v1/traces/analysis/${tab.path}`;
  api.openAPIRegistry.registerPath({
    method: 'get',
    path,
    tags,
    summary: tab.summary,
    description: DESCRIPTION,
    request: { query: AnalysisParameters },
    responses: {
      200: {
        description: 'The answer; or lines of JSON, each `progress`, `answer` or `error`.',
        content: {
          'application/json': { schema: tab.schema },
          'application/x-ndjson': { schema: z.string(), example: LINE_EXAMPLE },
        },
      },
      ...STORE_REFUSALS,
    },
  });
  api.get(path, async (context) => {
    const asked = AnalysisParameters.safeParse(context.req.query());
    if (!asked.success) throw badRequest(asked.error);
    const { settings } = await state.settings.current();
    const { rules } = settings.auxiliary;
    const wish = wishOf(context.get('viewer').tenant, asked.data, { rules });
    const work: Work<Answer> = (signal, report) =>
      tab.read(store, wish, { meter: new CostMeter(), signal, report });
    const signal = context.get('signal');
    if (wantsProgress(context)) return streamAnswer(signal, work);
    return Response.json(await work(signal, () => {}));
  });
}

function wishOf(
  tenant: string,
  asked: Asked,
  { rules }: { readonly rules: readonly string[] },
): AnalysisWish & { readonly service: string | undefined } {
  return {
    ...spanWish(tenant, asked),
    box: {
      fromMs: asked.boxFrom,
      toMs: asked.boxTo,
      minNs: asked.boxMinNs,
      maxNs: asked.boxMaxNs,
    },
    errorsOnly: asked.errorsOnly,
    auxiliary: asked.auxiliary ? [] : auxiliaryRules(rules),
    baseline: baselineOf(asked),
    service: asked.service,
  };
}

function baselineOf({ baseline, version }: Asked): Baseline {
  if (baseline === 'earlier') return { kind: 'earlier' };
  if (baseline !== 'version') return { kind: 'rest' };
  if (version !== undefined) return { kind: 'version', version };
  throw new ApiFailure('BAD_REQUEST', '`version` is missing: the baseline is a version', {
    hint: 'Name a `service.version`, or take another baseline.',
  });
}
