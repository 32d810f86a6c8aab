import { joinSql, param, type Sql, sql } from '@sonde/store';
import { ApiFailure } from '../api/failure.ts';
import { atHour } from '../instant-sql.ts';
import type { TimeWindow } from '../time-windows.ts';
import { type Condition, WHERE_FORMS, type WhereOperator } from '../traces/where/parse-where.ts';

/** Labels that come from the resource's identity or the scope, by the names of OpenTelemetry. */
const IDENTITY_LABELS: Readonly<Record<string, Sql>> = {
  'service.name': sql`toString(service)`,
  'service.namespace': sql`toString(namespace)`,
  'service.instance.id': sql`toString(instance)`,
  'host.name': sql`toString(host)`,
  'deployment.environment.name': sql`toString(environment)`,
  'k8s.cluster.name': sql`toString(cluster)`,
  'otel.scope.name': sql`toString(scope_name)`,
};

export const IDENTITY_LABEL_KEYS: readonly string[] = Object.keys(IDENTITY_LABELS);

/** What attributes of the resource are called among the labels, unless they are one of the above. */
export const RESOURCE_PREFIX = 'resource.';

export interface LabelScope {
  readonly tenant: string;
  readonly range: TimeWindow;
}

/** The text of a label in each row of `metric_series`; empty where a series has none. */
export function labelText(key: string, { tenant, range }: LabelScope): Sql {
  const identity = IDENTITY_LABELS[key];
  if (identity !== undefined) return identity;
  if (!key.startsWith(RESOURCE_PREFIX)) return sql`attributes[${param.string(key)}]`;
  const name = param.string(key.slice(RESOURCE_PREFIX.length));
  const known = sql`(SELECT groupArray((fingerprint, value)) FROM (
    SELECT fingerprint, any(attributes[${name}]) AS value FROM resources
    WHERE tenant = ${param.string(tenant)} AND bucket >= ${atHour(range.from)}
    GROUP BY fingerprint))`;
  return sql`transform(resource_fingerprint, tupleElement(${known}, 1),
    tupleElement(${known}, 2), '')`;
}

/** Conditions on labels as one on rows of `metric_series`. Throws `ApiFailure` `BAD_REQUEST`. */
export function whereSeries(conditions: readonly Condition[], scope: LabelScope): Sql {
  if (conditions.length === 0) return sql`1`;
  return joinSql(
    conditions.map((condition) => conditionSql(condition, labelText(condition.key, scope))),
    ' AND ',
  );
}

function conditionSql(condition: Condition, text: Sql): Sql {
  const value = param.string(condition.value);
  switch (condition.operator) {
    case 'exists':
      return sql`${text} != ''`;
    case '=':
      return sql`${text} = ${value}`;
    case '!=':
      return sql`${text} != ${value}`;
    case '~':
      return sql`positionCaseInsensitiveUTF8(${text}, ${value}) > 0`;
    case '!~':
      return sql`positionCaseInsensitiveUTF8(${text}, ${value}) = 0`;
    default:
      return sql`ifNull(${compared(condition.operator, text, numberOf(condition))}, 0)`;
  }
}

function compared(operator: WhereOperator, text: Sql, number: Sql): Sql {
  const left = sql`toFloat64OrNull(${text})`;
  if (operator === '>') return sql`${left} > ${number}`;
  if (operator === '>=') return sql`${left} >= ${number}`;
  return operator === '<' ? sql`${left} < ${number}` : sql`${left} <= ${number}`;
}

function numberOf({ key, operator, value, at }: Condition): Sql {
  const number = Number(value);
  if (value.trim() !== '' && !Number.isNaN(number)) return sql`${param.float64(number)}`;
  const found = `${key}${operator}${value}`;
  throw new ApiFailure(
    'BAD_REQUEST',
    `\`where\` at character ${at + 1}: expected a number after \`${operator}\`, found \`${found}\``,
    { hint: `Conditions are ${WHERE_FORMS}.` },
  );
}
