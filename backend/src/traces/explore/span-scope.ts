import { joinSql, param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import { atSecond, inTimestamps } from '../../instant-sql.ts';
import { type Origin, preferredOrigin } from '../../model/services/origin.ts';
import type { CostMeter } from '../../store-cost.ts';
import type { StoreQuery, StoreReader } from '../../store-reader.ts';
import type { TimeWindow } from '../../time-windows.ts';
import { ancestorSql } from '../where/ancestor-sql.ts';
import { allConditions, type SpanFilter } from '../where/parse-where.ts';
import {
  attributeKeys,
  type Carriers,
  type WhereScope,
  whereRollUp,
  whereSpans,
} from '../where/where-sql.ts';

/** Which spans are looked at: what services are asked for, the first of each trace, or all. */
export type SpanSet = 'requests' | 'roots' | 'all';

export interface SpanWish extends SpanFilter {
  readonly tenant: string;
  readonly range: TimeWindow;
  readonly set: SpanSet;
  /** Attributes that are asked about besides those of conditions. */
  readonly alsoKeys?: readonly string[];
}

export interface Asking {
  readonly meter: CostMeter;
  readonly signal: AbortSignal;
}

/** A wish with what has to be known before it is a condition. */
export interface SpanScope extends SpanWish {
  readonly carriers: WhereScope['carriers'];
  /** Services with an origin that is not counted: another instrumentation saw the same requests. */
  readonly doubled: readonly (readonly [service: string, origin: Origin])[];
}

export async function resolveScope(
  store: StoreReader,
  wish: SpanWish,
  { meter, signal }: Asking,
): Promise<SpanScope> {
  const also = (wish.alsoKeys ?? []).map((key) => ({ key }));
  const keys = attributeKeys([...allConditions(wish), ...also]);
  const [carrierRows, originRows] = await Promise.all([
    keys.length === 0 ? { rows: [], cost: NO_COST } : store.read(carriersQuery(wish, keys), signal),
    store.read(originsQuery(wish), signal),
  ]);
  const carriers = new Map<string, Carriers>();
  for (const { key, carriers: on } of meter.rows(carrierRows)) {
    carriers.set(key, { span: on.includes('span'), resource: on.includes('resource') });
  }
  return { ...wish, carriers, doubled: doubledOrigins(meter.rows(originRows)) };
}

const NO_COST = { elapsedMs: 0, rowsRead: 0, bytesRead: 0 };

/** As a condition on `spans` within a window. */
export function spansIn(scope: SpanScope, window: TimeWindow): Sql {
  const where = whereSpans(scope.conditions, scope);
  return sql`tenant = ${param.string(scope.tenant)} AND ${inTimestamps(window)}
    AND ${setSql(scope.set, sql`parent_span_id = toFixedString('', 8)`)}
    AND ${notDoubled(scope)} AND ${where} AND ${ancestorSql(scope, window)}`;
}

/** As a condition on `red_1m`, whole minutes that touch the window. */
export function rollUpIn(scope: SpanScope, window: TimeWindow): Sql {
  return sql`${inMinutes(scope.tenant, window)} AND ${setSql(scope.set, sql`root = 1`)}
    AND ${notDoubled(scope)} AND ${whereRollUp(scope.conditions)}`;
}

export function inMinutes(tenant: string, { from, to }: TimeWindow): Sql {
  return sql`tenant = ${param.string(tenant)}
    AND toStartOfHour(time) >= toStartOfHour(${atSecond(from)})
    AND toStartOfHour(time) <= toStartOfHour(${atSecond(to)})
    AND time >= toStartOfMinute(${atSecond(from)}) AND time < ${atSecond(to)}`;
}

/** As the services' own page counts requests: server and consumer spans, work that nobody called. */
function setSql(set: SpanSet, isRoot: Sql): Sql {
  if (set === 'all') return sql`1`;
  return set === 'roots' ? isRoot : sql`(kind IN (2, 5) OR (${isRoot} AND kind IN (0, 1)))`;
}

function notDoubled({ doubled }: SpanScope): Sql {
  if (doubled.length === 0) return sql`1`;
  const pairs = doubled.map(
    ([service, origin]) =>
      sql`(service = ${param.string(service)} AND origin = ${param.string(origin)})`,
  );
  return sql`NOT (${joinSql(pairs, ' OR ')})`;
}

interface OriginRow {
  readonly service: string;
  readonly origin: Origin;
  readonly requests: number;
}

const OriginRowSchema: z.ZodType<OriginRow> = z.object({
  service: z.string(),
  origin: z.enum(['sdk', 'ebpf', 'derived']),
  requests: z.number(),
});

/** Services that more than one kind of instrumentation saw, with the requests of each. */
function originsQuery({ tenant, range }: SpanWish): StoreQuery<OriginRow> {
  return {
    summary: 'SELECT red_1m origins',
    row: OriginRowSchema,
    sql: sql`
      SELECT service, origin, sumIf(spans, kind IN (2, 5)) AS requests
      FROM red_1m
      WHERE ${inMinutes(tenant, range)} AND service IN (
        SELECT service FROM red_1m WHERE ${inMinutes(tenant, range)}
        GROUP BY service HAVING uniqExact(origin) > 1)
      GROUP BY service, origin`,
  };
}

function doubledOrigins(rows: readonly OriginRow[]): (readonly [string, Origin])[] {
  const services = [...new Set(rows.map((row) => row.service))];
  return services.flatMap((service) => {
    const counts = rows.filter((row) => row.service === service);
    const preferred = preferredOrigin(counts);
    return counts
      .filter(({ origin }) => origin !== preferred)
      .map(({ origin }) => [service, origin] as const);
  });
}

interface CarrierRow {
  readonly key: string;
  readonly carriers: readonly string[];
}

const CarrierRowSchema: z.ZodType<CarrierRow> = z.object({
  key: z.string(),
  carriers: z.array(z.string()),
});

function carriersQuery(
  { tenant, range }: SpanWish,
  keys: readonly string[],
): StoreQuery<CarrierRow> {
  return {
    summary: 'SELECT attribute_catalogue carriers',
    row: CarrierRowSchema,
    sql: sql`
      SELECT key, groupUniqArray(toString(carrier)) AS carriers
      FROM attribute_catalogue
      WHERE tenant = ${param.string(tenant)} AND carrier IN ('span', 'resource')
        AND time >= toStartOfHour(${atSecond(range.from)}) AND time <= ${atSecond(range.to)}
        AND key IN ${param.strings(keys)}
      GROUP BY key`,
  };
}
