import { createRoute, z } from '@hono/zod-openapi';
import { groupPatterns } from '../../patterns/group-patterns.ts';
import { TREND_STEPS } from '../../patterns/limits.ts';
import {
  aliasesQuery,
  countsQuery,
  firstSeenQuery,
  type PatternScope,
  versionsQuery,
} from '../../patterns/pattern-queries.ts';
import type { StateStore } from '../../state/index.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { type stepsOf, timeSteps } from '../../time-steps.ts';
import type { TimeWindow } from '../../time-windows.ts';
import { jsonAnswer, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { checkRange, rangeParameters, textParameter } from '../parameters.ts';
import { addPatternChange } from './change-route.ts';
import { PatternsSchema } from './schema.ts';
import { addPatternValues } from './values-route.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How far back lines of another version are looked for. */
const VERSION_LOOK_MS = 7 * DAY_MS;

const parameters = z
  .strictObject({
    ...rangeParameters,
    service: textParameter('Patterns of this service.', 'checkout'),
    version: textParameter('Lines of this `service.version`.', '1.2.0'),
    baseline: z
      .enum(['before', 'day', 'week'])
      .default('before')
      .openapi({
        description:
          'What the range is compared with: the time of the same length before, or the same time a ' +
          'day or a week ago.',
        example: 'before',
      }),
    baselineVersion: textParameter(
      'Compare with lines of this `service.version` over the last seven days instead, by share.',
      '1.1.0',
    ),
  })
  .superRefine(checkRange);

type Parameters = z.output<typeof parameters>;

/** Patterns of log lines: what there is, what changed, and what people decided about it. */
export function addPatterns(api: Api, store: StoreReader, state: StateStore): void {
  addList(api, store, state);
  addPatternValues(api, store);
  addPatternChange(api, store, state);
}

function addList(api: Api, store: StoreReader, state: StateStore): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/patterns',
    tags: ['patterns'],
    summary: 'Kinds of log lines: count, share, trend, severity, what is new, more, less and gone',
    description:
      'From counts by the minute: the range is widened to whole minutes at its start. The cost ' +
      'grows with the number of patterns, not of lines. A pattern is `new` when the baseline has no ' +
      'line of it; `firstSeenMs` says whether it was ever there before. Where the baseline has no ' +
      'line at all (`baselineTotal` 0) nothing is new.',
    request: { query: parameters },
    responses: { 200: jsonAnswer('The patterns.', PatternsSchema), ...STORE_REFUSALS },
  });
  api.openapi(route, async (context) => {
    const query = context.req.valid('query');
    const { tenant } = context.get('viewer');
    const signal = context.get('signal');
    const meter = new CostMeter();
    const scope = { tenant, service: query.service, version: query.version };
    const now = { from: Math.floor(query.from / MINUTE_MS) * MINUTE_MS, to: query.to };
    const steps = timeSteps(now, { stepsWanted: TREND_STEPS, stepMsMin: MINUTE_MS });
    const baseline = baselineOf(query, scope, now);
    const [counts, before, aliases, firstSeen, versions, settings] = await Promise.all([
      store.read(countsQuery(scope, { ...steps, fromMs: now.from }), signal),
      store.read(countsQuery(baseline.scope, oneStep(baseline.window)), signal),
      store.read(aliasesQuery(scope, [now, baseline.window]), signal),
      store.read(firstSeenQuery(scope, now.to), signal),
      store.read(versionsQuery(scope, { from: now.to - VERSION_LOOK_MS, to: now.to }), signal),
      state.settings.current(),
    ]);
    const grouped = groupPatterns(
      {
        now: meter.rows(counts),
        before: meter.rows(before),
        aliases: meter.rows(aliases),
        firstSeen: meter.rows(firstSeen),
      },
      {
        steps: { ...steps, fromMs: now.from },
        scale: baseline.scale,
        settings: settings.settings.logPatterns.filter((each) => each.tenant === tenant),
      },
    );
    const answer = {
      ...{ fromMs: now.from, stepMs: steps.stepMs },
      ...grouped,
      versions: query.service === undefined ? [] : meter.rows(versions).map((row) => row.version),
      cost: meter.cost,
    };
    return context.json(answer, 200);
  });
}

/** One step over the whole window: no trend is asked for. */
function oneStep(window: TimeWindow): ReturnType<typeof stepsOf> {
  const stepMs = window.to - window.from;
  return { fromMs: window.from, toMs: window.to, stepMs, count: 1 };
}

interface Baseline {
  readonly scope: PatternScope;
  readonly window: TimeWindow;
  readonly scale: number | undefined;
}

function baselineOf(query: Parameters, scope: PatternScope, now: TimeWindow): Baseline {
  if (query.baselineVersion !== undefined) {
    const window = { from: Math.min(now.from, now.to - VERSION_LOOK_MS), to: now.to };
    return { scope: { ...scope, version: query.baselineVersion }, window, scale: undefined };
  }
  const width = now.to - now.from;
  const back = { before: width, day: DAY_MS, week: 7 * DAY_MS }[query.baseline];
  return { scope, window: { from: now.from - back, to: now.to - back }, scale: 1 };
}
