import { param, type Sql, sql } from '@sonde/store';

/** Names of OpenTelemetry's severity ranges and the first number of each, lowest first. */
export const LEVELS: readonly (readonly [name: string, from: number])[] = [
  ['unset', 0],
  ['trace', 1],
  ['debug', 5],
  ['info', 9],
  ['warn', 13],
  ['error', 17],
  ['fatal', 21],
];

const LEVEL_ALIASES: ReadonlyMap<string, string> = new Map([
  ['warning', 'warn'],
  ['err', 'error'],
  ['critical', 'fatal'],
]);
const SEVERITY_MAX = 24;

/** Severity numbers of a level, both ends in it; undefined for other words. */
export function levelRange(word: string): { from: number; to: number } | undefined {
  const lower = word.toLowerCase();
  const name = LEVEL_ALIASES.get(lower) ?? lower;
  if (/^\d{1,2}$/.test(name)) return { from: Number(name), to: Number(name) };
  const index = LEVELS.findIndex(([level]) => level === name);
  const from = LEVELS[index]?.[1];
  if (from === undefined) return undefined;
  return { from, to: (LEVELS[index + 1]?.[1] ?? SEVERITY_MAX + 1) - 1 };
}

/** The level's name of a row. */
export const LEVEL_NAME: Sql = sql`arrayElement(${param.strings(LEVELS.map(([name]) => name))},
  if(severity_number = 0, 1, least(intDiv(severity_number - 1, 4), 5) + 2))`;

/** A property of every record that a term can name, apart from attributes. */
export interface LogField {
  readonly kind: 'text' | 'level' | 'id' | 'body' | 'pattern';
  readonly column: Sql;
  /** Bytes of an id. */
  readonly bytes?: number;
}

const text = (column: Sql): LogField => ({ kind: 'text', column });
const service = text(sql`toString(service)`);
const namespace = text(sql`toString(namespace)`);
const environment = text(sql`toString(environment)`);
const host = text(sql`toString(host)`);
const instance = text(sql`toString(instance)`);
const level: LogField = { kind: 'level', column: sql`severity_number` };
const trace: LogField = { kind: 'id', column: sql`trace_id`, bytes: 16 };
const span: LogField = { kind: 'id', column: sql`span_id`, bytes: 8 };

/** By the name that people write; resource attributes that have a column are that column. */
export const LOG_FIELDS: ReadonlyMap<string, LogField> = new Map<string, LogField>([
  ['level', level],
  ['severity', level],
  ['severity.text', text(sql`toString(severity_text)`)],
  ['service', service],
  ['service.name', service],
  ['namespace', namespace],
  ['service.namespace', namespace],
  ['environment', environment],
  ['deployment.environment.name', environment],
  ['cluster', text(sql`toString(cluster)`)],
  ['host', host],
  ['host.name', host],
  ['instance', instance],
  ['service.instance.id', instance],
  ['scope', text(sql`toString(scope_name)`)],
  ['event', text(sql`toString(event_name)`)],
  ['origin', text(sql`toString(origin)`)],
  ['trace', trace],
  ['trace.id', trace],
  ['trace_id', trace],
  ['span', span],
  ['span.id', span],
  ['span_id', span],
  ['body', { kind: 'body', column: sql`body` }],
  [
    'pattern',
    {
      kind: 'pattern',
      column: sql`if(pattern_id = 0, '', leftPad(lower(hex(pattern_id)), 16, '0'))`,
    },
  ],
]);

/** Offered before any attribute, in this order. */
export const LOG_FIELD_NAMES: readonly string[] = [
  ...['level', 'service', 'host', 'instance', 'environment', 'namespace', 'cluster'],
  ...['scope', 'event', 'severity.text', 'origin', 'trace', 'span'],
];

export const BODY_PREFIX = 'body.';
export const RESOURCE_PREFIX = 'resource.';
export const ATTRIBUTE_PREFIX = 'attr.';
