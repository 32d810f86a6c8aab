import type { ErrorCause, ErrorCausesResponse } from '../../api/contract/index.ts';
import { cutName } from '../../cut-name.ts';
import { spanKindName } from '../../model/services/summaries.ts';
import type { StoreReader } from '../../store-reader.ts';
import { spread, type TimeSteps, timeSteps } from '../../time-steps.ts';
import { type AnalysisAsking, type AnalysisWish, resolveAnalysis } from './analysis-scope.ts';
import {
  type CauseKey,
  type CauseRow,
  causesQuery,
  failedTracesQuery,
  type SeenBeforeRow,
  seenBeforeQuery,
} from './error-queries.ts';
import { readSelection } from './selection.ts';

const BUDGET = { selected: Number.MAX_SAFE_INTEGER, baseline: 0 } as const;
const STEPS_WANTED = 40;
const LOOK_BACK_MS = 86_400_000;

/** Where the errors of the selected traces began, by service, span and message. */
export async function readErrorCauses(
  store: StoreReader,
  wish: AnalysisWish,
  asking: AnalysisAsking,
): Promise<ErrorCausesResponse> {
  const { meter, signal, report } = asking;
  report({ step: 'Finding the traces', done: 0, of: 3 });
  const scope = await resolveAnalysis(store, wish, asking);
  const selection = await readSelection(store, scope, { budget: BUDGET, asking });
  const steps = timeSteps(wish.range, { stepsWanted: STEPS_WANTED, stepMsMin: 1000 });
  report({ step: 'Looking for where errors began', done: 1, of: 3 });
  const [causes, failed] = await Promise.all([
    store.read(causesQuery(selection, steps), signal),
    store.read(failedTracesQuery(selection), signal),
  ]);
  const rows = meter.rows(causes);
  const [failedTraces] = meter.rows(failed);
  report({ step: 'Looking whether they were there before', done: 2, of: 3 });
  const window = { from: steps.fromMs - LOOK_BACK_MS, to: steps.fromMs };
  const before =
    rows.length === 0
      ? []
      : meter.rows(await store.read(seenBeforeQuery(selection, { window, causes: rows }), signal));
  const firstBefore = new Map(before.map((row) => [keyOf(row), row]));
  const { traces } = selection.summary;
  return {
    selection: selection.summary,
    fromMs: steps.fromMs,
    stepMs: steps.stepMs,
    causes: rows.map((row) => causeOf(row, { steps, traces, before: firstBefore.get(keyOf(row)) })),
    causesTotal: rows[0]?.causes ?? 0,
    failedTraces: failedTraces?.failed ?? 0,
    cost: meter.cost,
  };
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
  },
): ErrorCause {
  const [indexes, values] = row.steps;
  const [traceId, spanId, atMs, message, stack] = row.sample;
  return {
    service: cutName(row.service),
    name: cutName(row.name),
    kind: spanKindName(row.kind),
    message: row.message,
    exceptionType: row.exception_type,
    traces: row.traces,
    share: more.traces === 0 ? 0 : row.traces / more.traces,
    tracesEndedWell: row.ended_well,
    spans: row.span_count,
    trend: spread(more.steps, { indexes, values }, 0),
    firstSeenMs: more.before?.first_ms ?? row.first_ms,
    seenBefore: more.before !== undefined,
    sample: { traceId, spanId, atMs, message, stack },
  };
}
