import { param, type Sql, sql } from '@sonde/store';
import { atHour } from '../../instant-sql.ts';
import type { TimeWindow } from '../../time-windows.ts';
import { jsonValue } from './body-sql.ts';
import {
  ATTRIBUTE_PREFIX,
  BODY_PREFIX,
  LEVEL_NAME,
  LOG_FIELDS,
  RESOURCE_PREFIX,
} from './log-fields.ts';

/** What carries the attributes of a key, as the catalogue knows it. */
export interface LogCarriers {
  readonly log: boolean;
  readonly resource: boolean;
}

/** Where fields are looked for. */
export interface FieldScope {
  readonly tenant: string;
  readonly range: TimeWindow;
  /** By key; a key that is missing may be on either. */
  readonly carriers: ReadonlyMap<string, LogCarriers>;
}

/** A name that is no property of every record. */
export type FieldPlace =
  | { readonly on: 'body'; readonly path: string }
  | { readonly on: 'log' | 'resource' | 'either'; readonly key: string };

/** Where a name that is not one of `LOG_FIELDS` is looked for. */
export function placeOf(name: string, carriers: FieldScope['carriers']): FieldPlace {
  if (name.startsWith(BODY_PREFIX)) return { on: 'body', path: name.slice(BODY_PREFIX.length) };
  if (name.startsWith(RESOURCE_PREFIX)) {
    return { on: 'resource', key: name.slice(RESOURCE_PREFIX.length) };
  }
  if (name.startsWith(ATTRIBUTE_PREFIX)) {
    return { on: 'log', key: name.slice(ATTRIBUTE_PREFIX.length) };
  }
  const known = carriers.get(name);
  if (known?.log === true && !known.resource) return { on: 'log', key: name };
  if (known?.resource === true && !known.log) return { on: 'resource', key: name };
  return { on: 'either', key: name };
}

/** Names among these that are attributes without a word on which kind. */
export function attributeKeys(names: readonly string[]): string[] {
  const prefixes = [BODY_PREFIX, RESOURCE_PREFIX, ATTRIBUTE_PREFIX];
  return names
    .filter((name) => !LOG_FIELDS.has(name))
    .filter((name) => !prefixes.some((prefix) => name.startsWith(prefix)));
}

/** The text of a field in each row, to group by; empty where a row has none. */
export function fieldText(name: string, scope: FieldScope): Sql {
  const field = LOG_FIELDS.get(name);
  if (field?.kind === 'level') return LEVEL_NAME;
  if (field?.kind === 'id') return sql`if(empty(${field.column}), '', lower(hex(${field.column})))`;
  if (field !== undefined) return field.column;
  const place = placeOf(name, scope.carriers);
  if (place.on === 'body') return jsonValue(place.path);
  if (place.on === 'log') return logAttribute(place.key);
  if (place.on === 'resource') return resourceAttribute(place.key, scope);
  const own = logAttribute(place.key);
  return sql`if(${own} != '', ${own}, ${resourceAttribute(place.key, scope)})`;
}

function logAttribute(key: string): Sql {
  return sql`attributes[${param.string(key)}]`;
}

/** Few resources have many records: their values are looked up, not joined. */
function resourceAttribute(key: string, { tenant, range }: FieldScope): Sql {
  const of = sql`(SELECT groupArray((fingerprint, value)) FROM (
    SELECT fingerprint, any(attributes[${param.string(key)}]) AS value FROM resources
    WHERE tenant = ${param.string(tenant)} AND bucket >= ${atHour(range.from)}
    GROUP BY fingerprint))`;
  return sql`transform(resource_fingerprint, tupleElement(${of}, 1), tupleElement(${of}, 2), '')`;
}
