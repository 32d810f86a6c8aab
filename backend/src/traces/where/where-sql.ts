import { joinSql, param, type Sql, sql } from '@sonde/store';
import { ApiFailure } from '../../api/failure.ts';
import { atHour } from '../../instant-sql.ts';
import { isNamed } from '../../named-sql.ts';
import type { TimeWindow } from '../../time-windows.ts';
import { parseDurationNs } from './duration.ts';
import { ATTRIBUTE_COLUMNS, SPAN_FIELDS, type SpanField } from './fields.ts';
import { type Condition, WHERE_FORMS, type WhereOperator } from './parse-where.ts';

/** What carries the attributes of a key, as the catalogue knows it. */
export interface Carriers {
  readonly span: boolean;
  readonly resource: boolean;
}

export interface WhereScope {
  readonly tenant: string;
  readonly range: TimeWindow;
  /** By key; a key that is missing may be on either. */
  readonly carriers: ReadonlyMap<string, Carriers>;
}

const RESOURCE_PREFIX = 'resource.';
const SPAN_PREFIX = 'span.';
const EVENT_PREFIX = 'event.';

/** Keys of conditions that are attributes without a word on which kind. */
export function attributeKeys(conditions: readonly Pick<Condition, 'key'>[]): string[] {
  return conditions
    .map(({ key }) => key)
    .filter((key) => !SPAN_FIELDS.has(key) && !ATTRIBUTE_COLUMNS.has(key))
    .filter((key) => !key.startsWith(RESOURCE_PREFIX))
    .filter((key) => !key.startsWith(SPAN_PREFIX) && !key.startsWith(EVENT_PREFIX));
}

/** Whether `red_1m` alone can say what meets all conditions. */
export function fitsRollUp(conditions: readonly Condition[]): boolean {
  return conditions.every(({ key, operator }) => {
    if (key === 'status') return operator === '=' || operator === '!=';
    return SPAN_FIELDS.get(key)?.rollUp !== undefined;
  });
}

/** As a condition on rows of `spans`; `true` without conditions. */
export function whereSpans(conditions: readonly Condition[], scope: WhereScope): Sql {
  if (conditions.length === 0) return sql`1`;
  return joinSql(
    conditions.map((condition) => conditionSql(condition, scope)),
    ' AND ',
  );
}

/** As a condition on rows of `red_1m`; the status is not among them: see `statusWish`. */
export function whereRollUp(conditions: readonly Condition[]): Sql {
  const parts = conditions.flatMap((condition) => {
    const field = SPAN_FIELDS.get(condition.key);
    if (field?.rollUp === undefined) return [];
    return [fieldSql(condition, { ...field, column: field.rollUp })];
  });
  return parts.length === 0 ? sql`1` : joinSql(parts, ' AND ');
}

export type StatusWish = 'any' | 'error' | 'not error' | 'none';

/** Which spans of a row of the roll-up are wanted: it tells errors from the rest alone. */
export function statusWish(conditions: readonly Condition[]): StatusWish | undefined {
  let wish: StatusWish = 'any';
  for (const { key, operator, value } of conditions) {
    if (key !== 'status') continue;
    if (value !== 'error') return undefined; // Unset and ok are one there.
    const next: StatusWish = operator === '=' ? 'error' : 'not error';
    wish = wish === 'any' || wish === next ? next : 'none';
  }
  return wish;
}

function conditionSql(condition: Condition, scope: WhereScope): Sql {
  const { key } = condition;
  const field = SPAN_FIELDS.get(key);
  if (field !== undefined) return fieldSql(condition, field);
  const column = ATTRIBUTE_COLUMNS.get(key);
  if (column !== undefined) return textSql(condition, column);
  if (key.startsWith(RESOURCE_PREFIX)) {
    return resourceSql({ ...condition, key: key.slice(RESOURCE_PREFIX.length) }, scope);
  }
  if (key.startsWith(SPAN_PREFIX)) {
    return attributeSql({ ...condition, key: key.slice(SPAN_PREFIX.length) });
  }
  if (key.startsWith(EVENT_PREFIX)) {
    return eventSql({ ...condition, key: key.slice(EVENT_PREFIX.length) });
  }
  const on = scope.carriers.get(key);
  if (on?.span === true && !on.resource) return attributeSql(condition);
  if (on?.resource === true && !on.span) return resourceSql(condition, scope);
  const positive = positiveOf(condition);
  const either = sql`(${attributeSql(positive)} OR ${resourceSql(positive, scope)})`;
  return positive === condition ? either : sql`NOT ${either}`;
}

const OPPOSITE: ReadonlyMap<WhereOperator, WhereOperator> = new Map([
  ['!=', '='],
  ['!~', '~'],
]);

/** The condition itself, or what it denies. */
function positiveOf(condition: Condition): Condition {
  const operator = OPPOSITE.get(condition.operator);
  return operator === undefined ? condition : { ...condition, operator };
}

function fieldSql(condition: Condition, field: SpanField): Sql {
  if (condition.operator === 'exists')
    return field.kind === 'text' ? sql`${field.column} != ''` : sql`1`;
  if (field.kind === 'duration') return durationSql(condition, field.column);
  if (field.kind === 'choice') return choiceSql(condition, field);
  if (condition.operator === '=') return isNamed(field.column, condition.value);
  if (condition.operator === '!=') return sql`NOT ${isNamed(field.column, condition.value)}`;
  return textSql(condition, field.column);
}

function textSql(condition: Condition, column: Sql): Sql {
  const value = param.string(condition.value);
  switch (condition.operator) {
    case 'exists':
      return sql`${column} != ''`;
    case '=':
      return sql`${column} = ${value}`;
    case '!=':
      return sql`${column} != ${value}`;
    case '~':
      return sql`positionCaseInsensitiveUTF8(${column}, ${value}) > 0`;
    case '!~':
      return sql`positionCaseInsensitiveUTF8(${column}, ${value}) = 0`;
    default:
      return comparedSql(condition, sql`toFloat64OrNull(${column})`, numberOf(condition));
  }
}

function choiceSql(condition: Condition, field: SpanField): Sql {
  const { key, operator, value } = condition;
  const stored = field.choices?.get(value);
  if (stored === undefined) {
    const words = [...(field.choices ?? new Map<string, number>()).keys()].join(', ');
    throw refusal(condition, `\`${key}\` is one of ${words}`);
  }
  if (operator === '=') return sql`${field.column} = ${param.uint8(stored)}`;
  if (operator === '!=') return sql`${field.column} != ${param.uint8(stored)}`;
  throw refusal(condition, `\`${key}\` takes = or !=`);
}

function durationSql(condition: Condition, column: Sql): Sql {
  const ns = parseDurationNs(condition.value);
  if (ns === undefined) throw refusal(condition, 'a duration is written as 250ms, 1.5s or 2m');
  return comparedSql(condition, column, sql`${param.int64(ns)}`);
}

function comparedSql(condition: Condition, left: Sql, right: Sql): Sql {
  switch (condition.operator) {
    case '=':
      return sql`${left} = ${right}`;
    case '!=':
      return sql`${left} != ${right}`;
    case '>':
      return sql`${left} > ${right}`;
    case '>=':
      return sql`${left} >= ${right}`;
    case '<':
      return sql`${left} < ${right}`;
    case '<=':
      return sql`${left} <= ${right}`;
    default:
      throw refusal(condition, `\`${condition.operator}\` compares texts`);
  }
}

function numberOf(condition: Condition): Sql {
  const number = Number(condition.value);
  if (condition.value.trim() === '' || Number.isNaN(number)) {
    throw refusal(condition, `\`${condition.operator}\` compares numbers`);
  }
  return sql`${param.float64(number)}`;
}

/** On a map column `attributes`; the parts beside the comparison are what the indexes answer. */
function attributeSql(condition: Condition): Sql {
  const key = param.string(condition.key);
  const value = param.string(condition.value);
  const has = sql`mapContains(attributes, ${key})`;
  switch (condition.operator) {
    case 'exists':
      return has;
    case '=':
      return sql`(attributes[${key}] = ${value} AND has(mapValues(attributes), ${value}))`;
    case '!=':
    case '!~':
      return textSql(condition, sql`attributes[${key}]`);
    default:
      return sql`(${has} AND ${textSql(condition, sql`attributes[${key}]`)})`;
  }
}

/** One event at least; what is denied holds for none of them. `name` is the event's own. */
function eventSql(condition: Condition): Sql {
  const positive = positiveOf(condition);
  const found =
    condition.key === 'name'
      ? sql`arrayExists(one -> ${textSql(positive, sql`one`)}, events.name)`
      : sql`arrayExists(one -> ${eventAttributeSql(positive)}, events.attributes)`;
  return positive === condition ? found : sql`NOT ${found}`;
}

function eventAttributeSql(condition: Condition): Sql {
  const key = param.string(condition.key);
  const has = sql`mapContains(one, ${key})`;
  if (condition.operator === 'exists') return has;
  return sql`(${has} AND ${textSql(condition, sql`one[${key}]`)})`;
}

function resourceSql(condition: Condition, { tenant, range }: WhereScope): Sql {
  const positive = positiveOf(condition);
  const found = sql`resource_fingerprint IN (
    SELECT fingerprint FROM resources
    WHERE tenant = ${param.string(tenant)} AND bucket >= ${atHour(range.from)}
      AND ${attributeSql(positive)})`;
  return positive === condition ? found : sql`NOT ${found}`;
}

function refusal(condition: Condition, expected: string): ApiFailure {
  const { key, operator, value, at } = condition;
  const message = `\`where\` at character ${at + 1}: expected that ${expected}, found \`${key}${operator}${value}\``;
  return new ApiFailure('BAD_REQUEST', message, { hint: `Conditions are ${WHERE_FORMS}.` });
}
