import {
  anyOf,
  type ClientView,
  CompileError,
  DATAPOINTS,
  type ErrorPolicy,
  inferContext,
  LOGS,
  METRICS,
  type MetricCursor,
  RESOURCES,
  type RowsContext,
  type RowTestFactory,
  rowTest,
  SCOPES,
  SPANEVENTS,
  SPANS,
  type StatementContext,
  type WireProgram,
  wireDrop,
} from '@sonde/ottl';
import type { Columns } from '@sonde/proto';
import type { ConditionGroup, ConditionSignal } from './condition-groups.ts';
import { type MemberDrop, memberDrop } from './drop-members.ts';
import { dropRows } from './drop-rows.ts';
import { POINT_FUNCTIONS } from './point-functions.ts';

/** Drops what is meant; gives the columns themselves when that is nothing. */
export type Drop = (columns: Columns, client: ClientView | undefined) => Columns;

export interface GroupWithPolicy {
  readonly group: ConditionGroup;
  readonly errors: ErrorPolicy;
}

const FILTER_METRICS: RowsContext<MetricCursor> = METRICS.withFunctions(POINT_FUNCTIONS);

const CONTEXTS: Readonly<Record<ConditionSignal, readonly StatementContext[]>> = {
  traces: [RESOURCES, SCOPES, SPANS, SPANEVENTS],
  metrics: [RESOURCES, SCOPES, FILTER_METRICS, DATAPOINTS],
  logs: [RESOURCES, SCOPES, LOGS],
};

/** Throws `CompileError`. */
export function compileConditions(
  signal: ConditionSignal,
  groups: readonly GroupWithPolicy[],
): Drop {
  const rows: RowTestFactory[] = [];
  const members: MemberDrop[] = [];
  for (const { group, errors } of groups) {
    if (group.conditions.length === 0) continue;
    const name = contextOf(signal, group);
    const compiled = compileGroup(name, group, errors);
    if ('row' in compiled) rows.push(compiled.row);
    else members.push(compiled.members);
  }
  return (columns, client) => dropRows({ columns, client, rows, members });
}

/**
 * The same for the bytes of requests, whose rows are data points for metrics; undefined where a group
 * takes columns: it drops events, or metrics whole.
 */
export function compileWireConditions(
  signal: ConditionSignal,
  groups: readonly GroupWithPolicy[],
): readonly WireProgram[] | undefined {
  const programs: WireProgram[] = [];
  for (const { group, errors } of groups) {
    if (group.conditions.length === 0) continue;
    const name = contextOf(signal, group);
    if (signal === 'metrics' && name !== 'datapoint') return undefined;
    const options = { prefixed: group.context === '' };
    const program = wireDrop(name, group.conditions, errors, options);
    if (program === undefined) return undefined;
    programs.push(program);
  }
  return programs;
}

type CompiledGroup = { readonly row: RowTestFactory } | { readonly members: MemberDrop };

function compileGroup(name: string, group: ConditionGroup, errors: ErrorPolicy): CompiledGroup {
  const { conditions } = group;
  const options = { prefixed: group.context === '' };
  switch (name) {
    case 'resource':
      return { row: rowTest(RESOURCES, conditions, errors, options) };
    case 'scope':
      return { row: rowTest(SCOPES, conditions, errors, options) };
    case 'span':
      return { row: rowTest(SPANS, conditions, errors, options) };
    case 'log':
      return { row: rowTest(LOGS, conditions, errors, options) };
    case 'metric':
      return { row: rowTest(FILTER_METRICS, conditions, errors, options) };
    case 'spanevent': {
      const compiled = conditions.map((text) => SPANEVENTS.condition(text, options));
      return { members: memberDrop({ events: anyOf(compiled, errors) }) };
    }
    default: {
      const compiled = conditions.map((text) => DATAPOINTS.condition(text, options));
      return { members: memberDrop({ points: anyOf(compiled, errors) }) };
    }
  }
}

function contextOf(signal: ConditionSignal, { context, conditions }: ConditionGroup): string {
  const contexts = CONTEXTS[signal];
  if (context === '') return inferContext(contexts, { statements: [], conditions }).name;
  const wanted = context === 'instrumentation_scope' ? 'scope' : context;
  const found = contexts.find(({ name }) => name === wanted);
  if (found !== undefined) return found.name;
  const names = contexts.map(({ name }) => name);
  throw new CompileError(`unknown context ${context}: it may be one of ${names.join(', ')}`);
}
