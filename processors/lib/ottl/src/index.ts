/**
 * OTTL, the language of statements and conditions in the Collector's configuration (step 5 of the
 * path).
 *
 * In: texts, and columns or the rows of requests as they came. Out: functions of a batch, made once;
 * changed columns or rows, or answers a row.
 * Never: a clock or a random draw but in the functions that are one by name (`Now`, `UUID`), a change
 * to columns that came in, a statement that is half understood.
 */
export type { Argument, Arguments, FunctionArgument } from './compile/arguments.ts';
export type { ContextDefinition, PathEntry, PathKey, PathTable } from './compile/context.ts';
export {
  type ContextFunction,
  type FunctionDefinition,
  type FunctionRegistry,
  functionRegistry,
} from './compile/function-definition.ts';
export type { Accessor, Compiled, Cursor, EditableMap, Getter } from './compile/getter.ts';
export type { MapTarget } from './compile/map-target.ts';
export {
  type Condition,
  compileCondition,
  compileExpression,
  compileStatement,
  editorName,
  placeHint,
  type Statement,
} from './compile/statement.ts';
export type {
  ClientView,
  EventCursor,
  GroupCursor,
  LogCursor,
  MetricCursor,
  PointCursor,
  SpanCursor,
} from './contexts/cursors.ts';
export type { Pass } from './contexts/passes.ts';
export { EDITORS } from './editors/index.ts';
export { CompileError, EvaluationError } from './errors.ts';
export { CONVERTERS } from './functions/index.ts';
export { ERROR_MODE } from './program/error-mode-field.ts';
export { type ErrorMode, ErrorPolicy, type ErrorPolicyOptions } from './program/error-policy.ts';
export * from './program/infer-context.ts';
export * from './program/ottl-context.ts';
export {
  anyOf,
  type Program,
  type SharedCaches,
  statementProgram,
} from './program/statement-group.ts';
export * from './value/value.ts';
export { type WireProgram, wireDrop, wireStatements, wireVisits } from './wire/wire-program.ts';
