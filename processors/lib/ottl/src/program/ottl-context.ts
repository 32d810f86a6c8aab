import type { Columns } from '@sonde/proto';
import type { ContextDefinition, PathPrefix } from '../compile/context.ts';
import {
  type ContextFunction,
  type FunctionRegistry,
  functionRegistry,
} from '../compile/function-definition.ts';
import type { Cursor } from '../compile/getter.ts';
import {
  type Condition,
  compileCondition,
  compileStatement,
  type Statement,
} from '../compile/statement.ts';
import {
  DATAPOINT_CONTEXT,
  LOG_CONTEXT,
  METRIC_CONTEXT,
  RESOURCE_CONTEXT,
  SCOPE_CONTEXT,
  SPAN_CONTEXT,
  SPANEVENT_CONTEXT,
} from '../contexts/contexts.ts';
import {
  type ClientView,
  type EventCursor,
  type GroupCursor,
  LogCursor,
  MetricCursor,
  type PointCursor,
  SpanCursor,
} from '../contexts/cursors.ts';
import type { WithCache } from '../contexts/entries.ts';
import { groupCursor } from '../contexts/group-cursor.ts';
import '../contexts/kept-shapes.ts';
import {
  type Pass,
  passEvents,
  passLogs,
  passMetrics,
  passPoints,
  passResources,
  passScopes,
  passSpans,
} from '../contexts/passes.ts';
import { EDITORS } from '../editors/index.ts';
import { CONVERTERS } from '../functions/index.ts';
import { isRootSpan } from '../functions/is-root-span.ts';
import type { ErrorPolicy } from './error-policy.ts';
import type { ContextCandidate } from './infer-context.ts';
import { anyOf, type Program, statementProgram } from './statement-group.ts';

/** A cursor on rows that are numbered through a batch. */
interface RowsCursor extends Cursor, WithCache {
  open(row: number): void;
}

export interface StatementTexts {
  readonly statements: readonly string[];
  readonly conditions?: readonly string[];
  /** The cache is one for all rows of a batch and all groups of the context. */
  readonly sharedCache?: boolean;
}

export interface TextOptions {
  /** Paths must begin with the name of a context, as where the context was inferred from them. */
  readonly prefixed?: boolean;
}

/** A context for whom its rows do not matter. */
export interface StatementContext extends ContextCandidate {
  /** Throws `CompileError`. */
  program(texts: StatementTexts, errors: ErrorPolicy, options?: TextOptions): Program;
}

/** A context with its functions: compiles texts and visits rows. */
export class OttlContext<C extends Cursor & WithCache> implements StatementContext {
  readonly definition: ContextDefinition<C>;
  readonly functions: FunctionRegistry<C>;
  readonly pass: Pass<C>;

  constructor(
    definition: ContextDefinition<C>,
    pass: Pass<C>,
    functions: FunctionRegistry<C> = functionRegistry<C>(EDITORS, CONVERTERS),
  ) {
    this.definition = definition;
    this.functions = functions;
    this.pass = pass;
  }

  get name(): PathPrefix {
    return this.definition.name;
  }

  get prefixes(): readonly string[] {
    return Object.keys(this.definition.paths);
  }

  hasFunction(name: string): boolean {
    return this.functions.has(name);
  }

  hasEnum(name: string): boolean {
    return this.definition.enums.has(name);
  }

  /** The same context with more functions. */
  withFunctions(functions: readonly ContextFunction<C>[]): OttlContext<C> {
    const all = functionRegistry<C>([...this.functions.values()], functions);
    return new OttlContext(this.definition, this.pass, all);
  }

  /** Throws `CompileError`. */
  statement(text: string, options: TextOptions = {}): Statement<C> {
    const { definition: context, functions } = this;
    return compileStatement({ context, functions, ...options }, text);
  }

  condition(text: string, options: TextOptions = {}): Condition<C> {
    const { definition: context, functions } = this;
    return compileCondition({ context, functions, ...options }, text);
  }

  /** Statements that run on each row for which one of the conditions holds. */
  program(
    { statements, conditions = [], sharedCache = false }: StatementTexts,
    errors: ErrorPolicy,
    options: TextOptions = {},
  ): Program {
    return statementProgram({
      name: this.name,
      pass: this.pass,
      conditions: conditions.map((text) => this.condition(text, options)),
      statements: statements.map((text) => this.statement(text, options)),
      sharedCache,
      errors,
    });
  }
}

/** Whether a row is meant; asked with rows of the batch in ascending order. */
export type RowTest = (row: number) => boolean;

/** Makes the test for one batch. */
export type RowTestFactory = (columns: Columns, client: ClientView | undefined) => RowTest;

/**
 * Whether one of the conditions holds: for spans, log records, metrics, or for the resource or scope
 * of any of them. False for rows of another signal.
 */
export function rowTest<C extends RowsCursor>(
  context: RowsContext<C>,
  texts: readonly string[],
  errors: ErrorPolicy,
  options: TextOptions = {},
): RowTestFactory {
  const test = anyOf(
    texts.map((text) => context.condition(text, options)),
    errors,
  );
  return (columns, client) => {
    const cursor = context.cursorOf(columns, client);
    if (cursor === undefined) return () => false;
    return (row) => {
      cursor.open(row);
      return test(cursor);
    };
  };
}

type CursorFactory<C> = (columns: Columns, client: ClientView | undefined) => C | undefined;

/** A context whose rows are numbered through a batch. */
export class RowsContext<C extends RowsCursor> extends OttlContext<C> {
  readonly cursorOf: CursorFactory<C>;

  constructor(
    definition: ContextDefinition<C>,
    pass: Pass<C>,
    cursorOf: CursorFactory<C>,
    functions?: FunctionRegistry<C>,
  ) {
    super(definition, pass, functions);
    this.cursorOf = cursorOf;
  }

  override withFunctions(functions: readonly ContextFunction<C>[]): RowsContext<C> {
    const all = functionRegistry<C>([...this.functions.values()], functions);
    return new RowsContext(this.definition, this.pass, this.cursorOf, all);
  }
}

export const RESOURCES: RowsContext<GroupCursor> = new RowsContext(
  RESOURCE_CONTEXT,
  passResources,
  groupCursor,
);

export const SCOPES: RowsContext<GroupCursor> = new RowsContext(
  SCOPE_CONTEXT,
  passScopes,
  groupCursor,
);

export const SPANS: RowsContext<SpanCursor> = new RowsContext(
  SPAN_CONTEXT,
  passSpans,
  (columns, client) => (columns.signal === 'traces' ? new SpanCursor(columns, client) : undefined),
  functionRegistry<SpanCursor>(EDITORS, CONVERTERS, [isRootSpan]),
);

export const SPANEVENTS: OttlContext<EventCursor> = new OttlContext(SPANEVENT_CONTEXT, passEvents);

export const LOGS: RowsContext<LogCursor> = new RowsContext(
  LOG_CONTEXT,
  passLogs,
  (columns, client) => (columns.signal === 'logs' ? new LogCursor(columns, client) : undefined),
);

export const METRICS: RowsContext<MetricCursor> = new RowsContext(
  METRIC_CONTEXT,
  passMetrics,
  (columns, client) =>
    columns.signal === 'metrics' ? new MetricCursor(columns, client) : undefined,
);

export const DATAPOINTS: OttlContext<PointCursor> = new OttlContext(DATAPOINT_CONTEXT, passPoints);
