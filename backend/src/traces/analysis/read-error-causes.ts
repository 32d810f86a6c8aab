import type {
  AnalysisSelection,
  ErrorCause,
  ErrorCausesResponse,
} from '../../api/contract/index.ts';
import { cutName } from '../../cut-name.ts';
import { spanKindName } from '../../model/services/summaries.ts';
import type { StoreReader } from '../../store-reader.ts';
import { spread, type TimeSteps, timeSteps } from '../../time-steps.ts';
import {
  type AnalysisAsking,
  type AnalysisScope,
  type AnalysisWish,
  resolveAnalysis,
  withoutBaseline,
} from './analysis-scope.ts';
import {
  type CauseKey,
  type CauseRow,
  causesQuery,
  type SampleRow,
  type SeenBeforeRow,
  samplesQuery,
  seenBeforeQuery,
} from './error-queries.ts';
import { NO_LIMIT, readSelection } from './read-selection.ts';
import { readWholeErrors } from './whole-errors.ts';
import { isGoneThroughWhole } from './whole-traces.ts';

const STEPS_WANTED = 40;
const LOOK_BACK_MS = 86_400_000;

/** Where the errors of the selected traces began, by service, span and message. */
export async function readErrorCauses(
  store: StoreReader,
  wish: AnalysisWish,
  asking: AnalysisAsking,
): Promise<ErrorCausesResponse> {
  const { meter, signal, report } = asking;
  report({ step: 'Finding the traces', done: 0, of: 4 });
  const scope = await resolveAnalysis(store, withoutBaseline(wish), asking);
  const steps = timeSteps(wish.range, { stepsWanted: STEPS_WANTED, stepMsMin: 1000 });
  const { selection, rows: found } = await readCauses(store, { scope, steps }, asking);
  const all = found.find(({ is_total: isTotal }) => isTotal === 1);
  const samples = found.filter(({ is_total: isTotal }) => isTotal === 0);
  report({ step: 'Reading what they say', done: 2, of: 4 });
  const said =
    samples.length === 0
      ? []
      : meter.rows(
          await store.read(
            samplesQuery(
              scope,
              samples.map(({ sample }) => sample),
            ),
            signal,
          ),
        );
  const saidBy = new Map(said.map((row) => [row.id, row]));
  report({ step: 'Looking whether they were there before', done: 3, of: 4 });
  const window = { from: steps.fromMs - LOOK_BACK_MS, to: steps.fromMs };
  const before =
    said.length === 0
      ? []
      : meter.rows(await store.read(seenBeforeQuery(scope, { window, causes: said }), signal));
  const firstBefore = new Map(before.map((row) => [keyOf(row), row]));
  const { traces } = selection;
  return {
    selection,
    fromMs: steps.fromMs,
    stepMs: steps.stepMs,
    causes: samples.flatMap((row) => {
      const words = saidBy.get(row.sample[0] + row.sample[1]);
      if (words === undefined) return [];
      return causeOf(row, { steps, traces, words, before: firstBefore.get(keyOf(words)) });
    }),
    causesTotal: all?.causes ?? 0,
    failedTraces: all?.traces ?? 0,
    cost: meter.cost,
  };
}

async function readCauses(
  store: StoreReader,
  { scope, steps }: { readonly scope: AnalysisScope; readonly steps: TimeSteps },
  asking: AnalysisAsking,
): Promise<{ readonly selection: AnalysisSelection; readonly rows: readonly CauseRow[] }> {
  const { meter, signal, report } = asking;
  const looking = { step: 'Looking for where errors began', done: 1, of: 4 };
  if (await isGoneThroughWhole(store, scope, asking)) {
    report(looking);
    return readWholeErrors(store, { scope, steps }, asking);
  }
  const selection = await readSelection(store, scope, { budget: NO_LIMIT, asking });
  report(looking);
  const rows = meter.rows(await store.read(causesQuery(selection, steps), signal));
  return { selection: await selection.summary, rows };
}

function keyOf({ service, name, message, exception_type: type }: CauseKey): string {
  return JSON.stringify([service, name, message, type]);
}

function causeOf(
  row: CauseRow,
  more: {
    readonly steps: TimeSteps;
    readonly traces: number;
    readonly before: SeenBeforeRow | undefined;
    readonly words: SampleRow;
  },
): ErrorCause {
  const [indexes, values] = row.steps;
  const [traceId, spanId, atMs] = row.sample;
  const { service, name, kind, message, text, stack, exception_type: exceptionType } = more.words;
  return {
    service: cutName(service),
    name: cutName(name),
    kind: spanKindName(kind),
    message,
    exceptionType,
    traces: row.traces,
    share: more.traces === 0 ? 0 : row.traces / more.traces,
    tracesEndedWell: row.ended_well,
    spans: row.span_count,
    trend: spread(more.steps, { indexes, values }, 0),
    firstSeenMs: more.before?.first_ms ?? row.first_ms,
    seenBefore: more.before !== undefined,
    sample: { traceId, spanId, atMs, message: text, stack },
  };
}
