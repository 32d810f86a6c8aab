import { param, type Sql, sql } from '@sonde/store';
import type { MapNode } from '../../api/contract/index.ts';
import { ANSWER_LIMITS } from '../../limits.ts';
import { isNamed } from '../../named-sql.ts';
import type { StoreQuery } from '../../store-reader.ts';
import { addedUp, ENTRY } from '../services/queries.ts';
import {
  type EdgeEnds,
  type OperationRow,
  OperationRowSchema,
  type StepsScope,
  stepSql,
  type WorkStepRow,
  WorkStepRowSchema,
} from './edge-steps.ts';
import { inHours, inScope } from './queries.ts';

/** What one service served. */
export interface ServedScope extends Pick<StepsScope, 'tenant' | 'steps'> {
  readonly service: MapNode;
}

const WORK = sql`origin, sum(spans) AS requests, sum(red_1m.errors) AS errors,
  ${addedUp(sql`duration_histogram`)} AS histogram,
  toFloat64(max(duration_ns_max)) AS duration_max`;

/** The service whose own spans tell what it was asked for: whoever called, with a span or without. */
export function servingIn({ client, server }: EdgeEnds): MapNode | undefined {
  return client === undefined && server?.kind === 'service' ? server : undefined;
}

/** By step, as `servedQuery` counts it. */
export function servedStepsQuery(scope: ServedScope): StoreQuery<WorkStepRow> {
  return {
    summary: 'SELECT red_1m served steps',
    row: WorkStepRowSchema,
    sql: sql`
      SELECT ${WORK}, ${stepSql(scope.steps)} AS step
      FROM red_1m WHERE ${isServed(scope)}
      GROUP BY origin, step ORDER BY step, origin
      LIMIT ${param.uint64(ANSWER_LIMITS.stepsMax * 3)}`,
  };
}

/** What it was asked for, the most often first. */
export function servedOperationsQuery(scope: ServedScope): StoreQuery<OperationRow> {
  return {
    summary: 'SELECT red_1m served operations',
    row: OperationRowSchema,
    sql: sql`
      SELECT ${WORK}, toString(name) AS operation, '' AS protocol
      FROM red_1m WHERE ${isServed(scope)}
      GROUP BY origin, operation ORDER BY requests DESC, operation
      LIMIT ${param.uint64(ANSWER_LIMITS.mapOperationsMax)} BY origin`,
  };
}

function isServed({ tenant, steps, service }: ServedScope): Sql {
  const { name, namespace, cluster } = service;
  return sql`${inScope({ tenant, fromMs: steps.fromMs, toMs: steps.toMs })}
    AND ${inHours(steps)}
    AND ${isNamed(sql`service`, name)} AND ${isNamed(sql`namespace`, namespace)}
    AND ${isNamed(sql`cluster`, cluster)} AND ${ENTRY}`;
}
