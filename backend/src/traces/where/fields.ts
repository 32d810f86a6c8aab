import type { Sql } from '@sonde/store';
import { sql } from '@sonde/store';

/** A property of every span that a condition or a grouping can name, apart from attributes. */
export interface SpanField {
  readonly kind: 'text' | 'choice' | 'duration';
  /** Of `spans`. */
  readonly column: Sql;
  /** The same of `red_1m`; absent where the roll-up does not tell spans apart by it. */
  readonly rollUp?: Sql;
  /** The stored value of each word of a choice. */
  readonly choices?: ReadonlyMap<string, number>;
}

const KINDS: ReadonlyMap<string, number> = new Map(
  ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'].map((name, i) => [
    name,
    i,
  ]),
);
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['unset', 0],
  ['ok', 1],
  ['error', 2],
]);
const FLAGS: ReadonlyMap<string, number> = new Map([
  ['false', 0],
  ['true', 1],
]);

const text = (column: Sql): SpanField => ({ kind: 'text', column, rollUp: column });
const service = text(sql`service`);
const namespace = text(sql`namespace`);
const environment = text(sql`environment`);

/** By the name that people write; resource attributes that have a column are that column. */
export const SPAN_FIELDS: ReadonlyMap<string, SpanField> = new Map<string, SpanField>([
  ['service', service],
  ['service.name', service],
  ['name', text(sql`name`)],
  ['namespace', namespace],
  ['service.namespace', namespace],
  ['environment', environment],
  ['deployment.environment.name', environment],
  ['cluster', text(sql`cluster`)],
  ['peer.service', text(sql`peer_service`)],
  ['host', { kind: 'text', column: sql`host` }],
  ['instance', { kind: 'text', column: sql`instance` }],
  ['scope', { kind: 'text', column: sql`scope_name` }],
  ['status.message', { kind: 'text', column: sql`status_message` }],
  ['trace.id', { kind: 'text', column: sql`lower(hex(trace_id))` }],
  ['origin', text(sql`toString(origin)`)],
  ['kind', { kind: 'choice', column: sql`kind`, rollUp: sql`kind`, choices: KINDS }],
  ['status', { kind: 'choice', column: sql`status_code`, choices: STATUSES }],
  [
    'root',
    {
      kind: 'choice',
      column: sql`toUInt8(parent_span_id = toFixedString('', 8))`,
      rollUp: sql`root`,
      choices: FLAGS,
    },
  ],
  ['duration', { kind: 'duration', column: sql`duration_ns` }],
]);

/**
 * Attributes that have a column, of spans alone: under its name of either generation of conventions
 * each finds both.
 */
export const ATTRIBUTE_COLUMNS: ReadonlyMap<string, Sql> = new Map(
  (
    [
      [sql`db_system`, ['db.system.name', 'db.system']],
      [sql`messaging_destination`, ['messaging.destination.name', 'messaging.destination']],
    ] as const
  ).flatMap(([column, keys]) => keys.map((key): [string, Sql] => [key, column])),
);

/** Offered before any attribute, in this order. */
export const FIELD_NAMES: readonly string[] = [
  ...['service', 'name', 'status', 'duration', 'kind', 'environment', 'namespace', 'host'],
  ...['root', 'instance', 'cluster', 'peer.service', 'scope', 'status.message', 'origin'],
];
