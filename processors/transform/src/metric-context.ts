import {
  type ErrorPolicy,
  editorName,
  METRICS,
  type MetricCursor,
  type OttlContext,
  type Pass,
  type Program,
  type StatementContext,
  type StatementTexts,
  statementProgram,
  type TextOptions,
} from '@sonde/ottl';
import { METRIC_FUNCTIONS, RESHAPING_FUNCTIONS } from './metric-functions/index.ts';
import { reshapeMetrics } from './metric-functions/metric-json.ts';
import { recordedBy } from './metric-functions/reshape-recorder.ts';

const RESHAPING: ReadonlySet<string> = new Set(RESHAPING_FUNCTIONS.map(({ name }) => name));
const CONTEXT: OttlContext<MetricCursor> = METRICS.withFunctions(METRIC_FUNCTIONS);

/**
 * The metric context. A statement that makes metrics of metrics ends a pass: what is before it has
 * run on every metric, what is behind it sees the new ones too.
 */
export const METRIC_CONTEXT: StatementContext = {
  name: CONTEXT.name,
  prefixes: CONTEXT.prefixes,
  hasFunction: (name) => CONTEXT.hasFunction(name),
  hasEnum: (name) => CONTEXT.hasEnum(name),
  program: (texts, errors, options = {}) => {
    const programs = parts(texts.statements).map((statements) =>
      programOf({ ...texts, statements }, errors, options),
    );
    return (columns, client, caches) =>
      programs.reduce((current, program) => program(current, client, caches), columns);
  },
};

function programOf(texts: StatementTexts, errors: ErrorPolicy, options: TextOptions): Program {
  return statementProgram({
    name: CONTEXT.name,
    pass: texts.statements.some(isReshaping) ? reshapingPass : CONTEXT.pass,
    conditions: (texts.conditions ?? []).map((text) => CONTEXT.condition(text, options)),
    statements: texts.statements.map((text) => CONTEXT.statement(text, options)),
    sharedCache: texts.sharedCache ?? false,
    errors,
  });
}

const reshapingPass: Pass<MetricCursor> = (columns, client, visit) => {
  const box: { cursor?: MetricCursor } = {};
  const edited = CONTEXT.pass(columns, client, (cursor) => {
    box.cursor = cursor;
    visit(cursor);
  });
  const changes = box.cursor === undefined ? new Map() : recordedBy(box.cursor);
  if (edited.signal !== 'metrics' || changes.size === 0) return edited;
  return reshapeMetrics(edited, changes);
};

function isReshaping(text: string): boolean {
  return RESHAPING.has(editorName(text));
}

/** Neighbours that only change rows are one part, each other statement is one of its own. */
function parts(statements: readonly string[]): readonly (readonly string[])[] {
  const found: string[][] = [];
  let isOpen = false;
  for (const text of statements) {
    const reshapes = isReshaping(text);
    if (isOpen && !reshapes) found.at(-1)?.push(text);
    else found.push([text]);
    isOpen = !reshapes;
  }
  return found;
}
