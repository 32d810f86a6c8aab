import { joinSql, param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import type { StoreReader } from '../../store-reader.ts';
import type { TimeWindow } from '../../time-windows.ts';
import { type Asking, inMinutes, type SpanScope } from '../explore/span-scope.ts';
import type { Condition } from '../where/parse-where.ts';
import { whereRollUp, whereSpans } from '../where/where-sql.ts';

/** More names than that cost every span more than the rules themselves. */
const NAMES_MAX = 200;
const OPERATIONS_MAX = 50;

interface OperationName {
  readonly service: string;
  readonly name: string;
}

const OperationNameSchema: z.ZodType<OperationName> = z.object({
  service: z.string(),
  name: z.string(),
});

/** What is no request of a user. */
export interface AuxiliaryWish {
  readonly tenant: string;
  readonly range: TimeWindow;
  /** Each rule conditions that all hold; empty: everything counts. */
  readonly auxiliary: readonly (readonly Condition[])[];
}

/** Of an entry, as SQL: whether a rule says that it is no request of a user. */
export async function auxiliaryEntries(
  store: StoreReader,
  { wish, spans }: { readonly wish: AuxiliaryWish; readonly spans: SpanScope },
  { meter, signal }: Asking,
): Promise<Sql> {
  const rules = wish.auxiliary;
  if (rules.length === 0) return sql`0`;
  const bySpan = (): Sql =>
    sql`(${joinSql(
      rules.map((rule) => sql`(${whereSpans(rule, spans)})`),
      ' OR ',
    )})`;
  const keys = new Set(rules.flatMap((rule) => rule.map(({ key }) => key)));
  const isByName = [...keys].every((key) => key === 'name' || key === 'service');
  if (!isByName) return bySpan();
  // Rules on names are tried on roll-ups once, not on every span.
  const hasServices = keys.has('service');
  const most = hasServices ? OPERATIONS_MAX : NAMES_MAX;
  const query = operationsQuery(wish, { hasServices, most });
  const found = meter.rows(await store.read(query, signal));
  if (found.length === 0) return sql`0`;
  if (found.length > most) return bySpan();
  const isNamed = sql`name IN ${param.strings([...new Set(found.map(({ name }) => name))])}`;
  if (!hasServices) return isNamed;
  const operations = found.map(
    ({ service, name }) =>
      sql`(service = ${param.string(service)} AND name = ${param.string(name)})`,
  );
  return sql`(${isNamed} AND (${joinSql(operations, ' OR ')}))`;
}

function operationsQuery(
  { tenant, range, auxiliary }: AuxiliaryWish,
  { hasServices, most }: { readonly hasServices: boolean; readonly most: number },
): { summary: string; row: typeof OperationNameSchema; sql: Sql } {
  const rules = auxiliary.map((rule) => sql`(${whereRollUp(rule)})`);
  // The window before is looked at too, as a baseline.
  const window = { from: range.from - (range.to - range.from), to: range.to };
  return {
    summary: 'SELECT red_1m auxiliary',
    row: OperationNameSchema,
    sql: sql`
      SELECT DISTINCT ${hasServices ? sql`toString(service)` : sql`''`} AS service,
        toString(name) AS name
      FROM red_1m
      WHERE ${inMinutes(tenant, window)} AND (${joinSql(rules, ' OR ')})
      LIMIT ${param.uint64(most + 1)}`,
  };
}
