import { joinSql, Sql, sql, tableName } from '../client/sql.ts';
import type { StoreClient } from '../client/store-client.ts';
import { COLD_VOLUME } from '../engine/cold-volume.ts';
import { clusterIdentifier } from '../schema/cluster.ts';
import type { RetentionPlan } from './plan-retention.ts';
import type { StoredPartition } from './stored-partition.ts';

export interface RetentionAction {
  readonly kind: 'expired' | 'moved' | 'sacrificed';
  readonly partition: StoredPartition;
}

export interface ApplyOptions {
  readonly database: string;
  readonly cluster?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each action once it is done. */
  readonly onAction: (action: RetentionAction) => void;
}

/** Statements of one turn: the next turn goes on. */
const ACTIONS_MAX = 1000;

/**
 * Drops and moves what the plan says; a partition that is gone already is no failure, so two that
 * apply one plan do no harm. Rejects with `StoreError` at the first statement that fails.
 */
export async function applyPlan(
  client: StoreClient,
  plan: RetentionPlan,
  options: ApplyOptions,
): Promise<void> {
  const actions: RetentionAction[] = [
    ...plan.expired.map((partition) => ({ kind: 'expired' as const, partition })),
    ...plan.sacrificed.map((partition) => ({ kind: 'sacrificed' as const, partition })),
    ...plan.moved.map((partition) => ({ kind: 'moved' as const, partition })),
  ];
  const call = options.signal === undefined ? {} : { signal: options.signal };
  for (const action of actions.slice(0, ACTIONS_MAX)) {
    await client.command(statementOf(action, options), call);
    options.onAction(action);
  }
}

/** An id is digits and a dash (`readPartitionId` took it apart); a parameter cannot stand here. */
function statementOf(
  { kind, partition }: RetentionAction,
  { database, cluster }: ApplyOptions,
): Sql {
  const where = cluster === undefined ? [] : [sql`ON CLUSTER ${clusterIdentifier(cluster)}`];
  const what =
    kind === 'moved'
      ? `MOVE PARTITION ID '${partition.id}' TO VOLUME '${COLD_VOLUME}'`
      : `DROP PARTITION ID '${partition.id}'`;
  const table = sql`ALTER TABLE ${tableName(`${database}.${partition.table}`)}`;
  return joinSql([table, ...where, new Sql([what], [])], ' ');
}
