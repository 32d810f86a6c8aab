import type { Columns } from '@sonde/proto';
import type { Getter } from '../compile/getter.ts';
import type { Condition, Statement } from '../compile/statement.ts';
import type { ClientView } from '../contexts/cursors.ts';
import type { Pass } from '../contexts/passes.ts';
import type { ErrorPolicy } from './error-policy.ts';

/** Changes batches; gives the columns themselves when nothing changes. */
export type Program = (columns: Columns, client: ClientView | undefined) => Columns;

export interface StatementGroup<C> {
  readonly pass: Pass<C>;
  /** One of them must hold for the statements to run; none asks for nothing. */
  readonly conditions: readonly Condition<C>[];
  readonly statements: readonly Statement<C>[];
  readonly errors: ErrorPolicy;
}

/** Runs the statements, in order, on each row. */
export function statementProgram<C>(group: StatementGroup<C>): Program {
  const { pass, conditions, statements, errors } = group;
  const applies = conditions.length === 0 ? () => true : anyOf(conditions, errors);
  const visit = (cursor: C): void => {
    if (!applies(cursor)) return;
    for (const { text, where, run } of statements) {
      try {
        if (where(cursor)) run(cursor);
      } catch (error) {
        errors.statementFailed(text, error);
      }
    }
  };
  return (columns, client) => pass(columns, client, visit);
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
