import { column, LOW_CARDINALITY, SECONDS, TENANT } from './columns.ts';
import {
  type SchemaOptions,
  TABLE_SETTINGS,
  type TableDefinition,
  type ViewDefinition,
} from './table.ts';

/** Values of a key that a row keeps. */
export const CATALOGUE_VALUES_MAX = 50;
/** Values that are counted until it is known which are the most frequent. */
const COUNTED_VALUES_MAX = 150;
/** A longer value is cut at so many bytes, and so is a key. */
export const CATALOGUE_TEXT_BYTES_MAX = 100;
/** Keys of a service and hour that one insert adds: the most frequent ones. */
export const CATALOGUE_KEYS_MAX = 500;
/** One row of so many is looked at, chosen by its ids, and counts for all of them. */
const SPANS_PER_SAMPLE = 16;
const LOGS_PER_SAMPLE = 16;

/** What carries the attributes; the number is the one stored. */
const CARRIER = "Enum8('span' = 1, 'log' = 2, 'resource' = 3, 'metric' = 4)";

const TOP = `approx_top_sum(${CATALOGUE_VALUES_MAX}, ${COUNTED_VALUES_MAX})`;

/**
 * Which attribute keys there were in an hour and service, how often, and their most frequent values:
 * what an explorer suggests. `entries` counts attributes (of spans and logs an estimate from one row
 * of sixteen), of resources and metrics once a resource or series and hour. `top_values` is a state
 * of at most 150 values, whatever was sent: `approx_top_sumMerge(50, 150)(top_values)` gives (value,
 * count, error), and what other values count together is `entries` less their counts. Several rows a
 * key until merged: aggregate again.
 */
export function attributeCatalogueTable(options: SchemaOptions): TableDefinition {
  return {
    name: 'attribute_catalogue',
    columns: [
      TENANT,
      column('carrier', CARRIER),
      column('time', SECONDS, 'DoubleDelta, ZSTD(1)'),
      column('service', LOW_CARDINALITY),
      column('key', LOW_CARDINALITY),
      column('type', 'SimpleAggregateFunction(max, UInt8)'),
      column('entries', 'SimpleAggregateFunction(sum, UInt64)'),
      column('top_values', `AggregateFunction(${TOP}, String, UInt64)`),
    ],
    indexes: [],
    engine: 'AggregatingMergeTree',
    partitionBy: 'toDate(time)',
    orderBy: '(tenant, carrier, time, service, key)',
    ttl: `time + toIntervalDay(${options.rollupRetentionDays})`,
    settings: TABLE_SETTINGS,
  };
}

interface Carrier {
  readonly name: string;
  readonly carrier: string;
  readonly table: string;
  readonly time: string;
  readonly rowsPerSample: number;
  readonly sample: string;
}

const CARRIERS: readonly Carrier[] = [
  {
    name: 'span_attributes_mv',
    carrier: 'span',
    table: 'spans',
    time: 'timestamp',
    rowsPerSample: SPANS_PER_SAMPLE,
    sample: `cityHash64(span_id, timestamp) % ${SPANS_PER_SAMPLE} = 0`,
  },
  {
    name: 'log_attributes_mv',
    carrier: 'log',
    table: 'logs',
    time: 'timestamp',
    rowsPerSample: LOGS_PER_SAMPLE,
    sample: `cityHash64(timestamp, body) % ${LOGS_PER_SAMPLE} = 0`,
  },
  {
    name: 'resource_attributes_mv',
    carrier: 'resource',
    table: 'resources',
    time: 'bucket',
    rowsPerSample: 1,
    sample: 'true',
  },
  {
    name: 'metric_attributes_mv',
    carrier: 'metric',
    table: 'metric_series',
    time: 'bucket',
    rowsPerSample: 1,
    sample: 'true',
  },
];

export function attributeCatalogueViews(options: SchemaOptions): readonly ViewDefinition[] {
  return CARRIERS.map((carrier) => carrierView(carrier, options));
}

/** Two bytes of a cut character may remain: `toValidUTF8` makes U+FFFD of them. */
function cut(text: string): string {
  return `toValidUTF8(substring(${text}, 1, ${CATALOGUE_TEXT_BYTES_MAX}))`;
}

function carrierView(carrier: Carrier, { database }: SchemaOptions): ViewDefinition {
  return {
    name: carrier.name,
    target: 'attribute_catalogue',
    select: `SELECT tenant, carrier, time, service, key, type, entries, top_values
FROM (
  SELECT
    tenant,
    '${carrier.carrier}' AS carrier,
    hour AS time,
    service,
    ${cut('name')} AS key,
    max(value_type) AS type,
    toUInt64(count() * ${carrier.rowsPerSample}) AS entries,
    ${TOP.replace('approx_top_sum', 'approx_top_sumState')}(${cut('value')},
      toUInt64(${carrier.rowsPerSample})) AS top_values
  FROM (
    SELECT
      tenant,
      toStartOfHour(toDateTime(${carrier.time}, 'UTC')) AS hour,
      service,
      mapKeys(attributes) AS names,
      mapValues(attributes) AS texts,
      arrayResize(attribute_types, length(names), 0) AS types
    FROM ${database}.${carrier.table}
    WHERE ${carrier.sample}
  )
  ARRAY JOIN names AS name, texts AS value, types AS value_type
  GROUP BY tenant, time, service, key
)
ORDER BY entries DESC
LIMIT ${CATALOGUE_KEYS_MAX} BY tenant, time, service`,
  };
}
