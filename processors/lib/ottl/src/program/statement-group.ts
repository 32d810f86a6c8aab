import type { Columns } from '@sonde/proto';
import type { Getter } from '../compile/getter.ts';
import type { Condition, Statement } from '../compile/statement.ts';
import type { ClientView } from '../contexts/cursors.ts';
import type { WithCache } from '../contexts/entries.ts';
import type { Pass } from '../contexts/passes.ts';
import type { Value } from '../value/value.ts';
import type { ErrorPolicy } from './error-policy.ts';

/** Caches of a batch that groups share, by context. */
export type SharedCaches = Map<string, Value>;

/** Changes batches; gives the columns themselves when nothing changes. */
export type Program = (
  columns: Columns,
  client: ClientView | undefined,
  caches?: SharedCaches,
) => Columns;

export interface StatementGroup<C> {
  readonly name: string;
  readonly pass: Pass<C>;
  /** One of them must hold for the statements to run; none asks for nothing. */
  readonly conditions: readonly Condition<C>[];
  readonly statements: readonly Statement<C>[];
  readonly sharedCache: boolean;
  readonly errors: ErrorPolicy;
}

/** Runs the statements, in order, on each row. */
export function statementProgram<C extends WithCache>(group: StatementGroup<C>): Program {
  const { name, pass, sharedCache } = group;
  const visit = statementVisit(group);
  if (!sharedCache) return (columns, client) => pass(columns, client, visit);
  return (columns, client, caches = new Map()) =>
    pass(columns, client, (cursor) => {
      const shared = caches.get(name);
      if (shared !== undefined) cursor.cache = shared;
      visit(cursor);
      caches.set(name, cursor.cache);
    });
}

/** Runs the statements on the row that the cursor stands on. */
export function statementVisit<C>({
  conditions,
  statements,
  errors,
}: Pick<StatementGroup<C>, 'conditions' | 'statements' | 'errors'>): (cursor: C) => void {
  const applies = conditions.length === 0 ? () => true : anyOf(conditions, errors);
  return (cursor) => {
    if (!applies(cursor)) return;
    for (const { text, where, run } of statements) {
      try {
        if (where(cursor)) run(cursor);
      } catch (error) {
        errors.statementFailed(text, error);
      }
    }
  };
}

/** Whether one of the conditions holds; one that fails does not. */
export function anyOf<C>(
  conditions: readonly Condition<C>[],
  errors: ErrorPolicy,
): Getter<C, boolean> {
  return (cursor) => {
    for (const { text, test } of conditions) {
      try {
        if (test(cursor)) return true;
      } catch (error) {
        errors.conditionFailed(text, error);
      }
    }
    return false;
  };
}
