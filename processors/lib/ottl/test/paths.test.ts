import type { Signal } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import type { Cursor } from '../src/compile/getter.ts';
import type { WithCache } from '../src/contexts/entries.ts';
import {
  DATAPOINTS,
  LOGS,
  METRICS,
  type OttlContext,
  RESOURCES,
  SCOPES,
  SPANEVENTS,
  SPANS,
} from '../src/program/ottl-context.ts';
import {
  apply,
  columnsOf,
  countHolding,
  jsonOf,
  LOG_RECORDS,
  METRIC_KINDS,
  TRACES,
} from './batch.ts';

/** A path, its value in the first row, and what is written to it; `-` for one that is only read. */
type Row = readonly [path: string, value: string, written: string];

const GROUP: readonly Row[] = [
  ['resource.attributes["service.name"]', '"shop"', '"x"'],
  ['resource.dropped_attributes_count', '1', '0'],
  ['resource.schema_url', '"https://r"', '"https://x"'],
  ['scope.name', '"lib"', '"x"'],
  ['scope.version', '"1"', '""'],
  ['scope.attributes["s"]', '"v"', 'true'],
  ['scope.attributes', '{"s": "v"}', '{"t": 1}'],
  ['scope.dropped_attributes_count', '2', '300'],
  ['scope.schema_url', '"https://s"', '""'],
  ['instrumentation_scope.name', '"lib"', '"y"'],
];

const SPAN_PATHS: readonly Row[] = [
  ['trace_id.string', '"0102030405060708090a0b0c0d0e0f10"', '"ffffffffffffffffffffffffffffffff"'],
  ['span_id.string', '"0102030405060708"', '"ffffffffffffffff"'],
  ['parent_span_id.string', '"1112131415161718"', '"0000000000000001"'],
  ['trace_state', '"a=1,b=2"', '"c=3"'],
  ['trace_state["b"]', '"2"', '"9"'],
  ['name', '"GET /a"', '"x"'],
  ['kind', 'SPAN_KIND_SERVER', 'SPAN_KIND_CLIENT'],
  ['kind.string', '"Server"', '"Client"'],
  ['kind.deprecated_string', '"SPAN_KIND_SERVER"', '"SPAN_KIND_CONSUMER"'],
  ['status.code', 'STATUS_CODE_ERROR', 'STATUS_CODE_OK'],
  ['status.message', '"bad"', '""'],
  ['flags', '1', '0'],
  ['start_time_unix_nano', '1500000000000000001', '5'],
  ['end_time_unix_nano', '1500000001000000001', '1500000001000000002'],
  ['start_time', 'span.start_time', 'span.end_time'],
  ['attributes["http.method"]', '"GET"', '"POST"'],
  ['attributes["code"]', '200', '9223372036854775807'],
  ['attributes["ratio"]', '0.5', '-1.25'],
  ['attributes["ok"]', 'true', 'false'],
  ['attributes["raw"]', '0x0001', '0xff'],
  ['attributes["map"]["a"]', '"x"', '[1, "b"]'],
  ['attributes["map"]["list"][0]', '1', '2'],
  ['attributes["none"]', 'nil', '{"a": {"b": 1}}'],
  ['attributes["new"]["deep"][1]', 'nil', '"x"'],
  ['dropped_attributes_count', '3', '1'],
  ['dropped_events_count', '4', '1'],
  ['dropped_links_count', '5', '1'],
  ['cache["a"]["b"]', 'nil', '-'],
];

const EVENT_PATHS: readonly Row[] = [
  ['name', '"e1"', '"x"'],
  ['time_unix_nano', '7', '9'],
  ['attributes["k"]', '"v"', 'true'],
  ['dropped_attributes_count', '6', '0'],
  ['event_index', '0', '-'],
  ['span.name', '"GET /a"', '"from event"'],
  ['resource.attributes["env"]', '"prod"', '"x"'],
];

const LOG_PATHS: readonly Row[] = [
  ['time_unix_nano', '1500000000000000001', '2'],
  ['observed_time_unix_nano', '1500000000000000002', '3'],
  ['observed_time', 'log.observed_time', 'log.time'],
  ['severity_number', 'SEVERITY_NUMBER_WARN', 'SEVERITY_NUMBER_ERROR4'],
  ['severity_text', '"WARN"', '"x"'],
  ['event_name', '"ev"', '"x"'],
  ['flags', '1', '0'],
  ['dropped_attributes_count', '2', '0'],
  ['trace_id.string', '"0102030405060708090a0b0c0d0e0f10"', '"ffffffffffffffffffffffffffffffff"'],
  ['span_id.string', '"0102030405060708"', '"ffffffffffffffff"'],
  ['attributes["k"]', '"v"', '1'],
  ['body', '"user 42 failed"', '{"a": 1}'],
  ['body.string', '"user 42 failed"', '"x"'],
];

const METRIC_PATHS: readonly Row[] = [
  ['name', '"g"', '"x"'],
  ['description', '"d"', '"x"'],
  ['unit', '"By"', '"x"'],
  ['type', 'METRIC_DATA_TYPE_GAUGE', '-'],
  ['aggregation_temporality', 'nil', '-'],
  ['is_monotonic', 'nil', '-'],
  ['metadata["m"]', '"n"', '"x"'],
  ['metadata', '{"m": "n"}', '{"x": 1}'],
];

const POINT_PATHS: readonly Row[] = [
  ['value_double', '1.5', '2.5'],
  ['value_int', '0', '-9223372036854775808'],
  ['time_unix_nano', '5', '6'],
  ['start_time_unix_nano', '0', '6'],
  ['attributes["k"]', '"v"', '1'],
  ['flags', '0', 'FLAG_NO_RECORDED_VALUE'],
  ['metric.name', '"g"', '"x"'],
  ['metric.type', 'METRIC_DATA_TYPE_GAUGE', '-'],
  ['count', 'nil', '-'],
  ['sum', 'nil', '-'],
  ['bucket_counts', 'nil', '-'],
  ['quantile_values', 'nil', '-'],
];

interface Table {
  readonly prefix: string;
  readonly signal: Signal;
  readonly json: object;
  readonly rows: readonly Row[];
}

/** A row as the only one that a condition can hold for: each is asked of all, the first answers. */
function tryPaths<C extends Cursor & WithCache>(context: OttlContext<C>, table: Table): void {
  const { prefix, signal, json, rows } = table;
  const qualified = (path: string): string =>
    /^(?:resource|scope|instrumentation_scope|span|metric)\./.test(path)
      ? path
      : `${prefix}.${path}`;
  it.each(rows.filter(([path]) => !path.startsWith('cache')))('reads %s', (path, value) => {
    const columns = columnsOf(signal, json);
    expect(countHolding(context, columns, `${qualified(path)} == ${value}`)).toBeGreaterThan(0);
  });
  it.each(rows.filter(([, , written]) => written !== '-'))('writes %s', (path, value, written) => {
    const columns = columnsOf(signal, json);
    const before = jsonOf(columns);
    const name = qualified(path);
    const isSame = `${name} == ${value}`;
    const target = value === 'nil' ? '' : ` where ${isSame}`;
    const wanted =
      written.startsWith('span.') || written.startsWith('log.') ? written : `${written}`;
    const edited = apply(context, columns, [`set(${name}, ${wanted})${target}`]);
    expect(edited).not.toBe(columns);
    expect(jsonOf(columns)).toEqual(before);
    expect(jsonOf(edited)).not.toEqual(before);
    const again = columnsOfEncoded(signal, edited);
    expect(countHolding(context, again, `${name} == ${written}`)).toBeGreaterThan(0);
  });
}

/** Through the wire. */
function columnsOfEncoded(signal: Signal, edited: ReturnType<typeof columnsOf>): typeof edited {
  const [request] = [jsonOf(edited)].flat();
  return columnsOf(signal, Object(request));
}

describe('paths of span', () => {
  const table = { prefix: 'span', signal: 'traces', json: TRACES } as const;
  tryPaths(SPANS, { ...table, rows: SPAN_PATHS });
  tryPaths(SPANS, { ...table, rows: GROUP });

  it('takes keys from the row', () => {
    const columns = columnsOf('traces', TRACES);
    const where = 'where span.attributes["http.method"] != nil';
    const statement = `set(span.attributes[span.attributes["http.method"]], span.name) ${where}`;
    const edited = apply(SPANS, columns, [statement]);
    expect(countHolding(SPANS, edited, 'span.attributes["GET"] == "GET /a"')).toBe(1);
    expect(() => apply(SPANS, columns, ['set(span.attributes[span.flags], 1)'])).toThrow(
      'unable to resolve a string index in map',
    );
  });

  it('refuses an index into a body that has no members', () => {
    const columns = columnsOf('logs', LOG_RECORDS);
    expect(() => countHolding(LOGS, columns, 'log.body["a"] == 1')).toThrow(
      'log bodies of type Str cannot be indexed',
    );
  });

  it('sees ids as they are', () => {
    const columns = columnsOf('traces', TRACES);
    expect(countHolding(SPANS, columns, 'span.trace_id == span.trace_id')).toBe(2);
    expect(countHolding(SPANS, columns, 'span.span_id == span.parent_span_id')).toBe(1);
    expect(countHolding(SPANS, columns, 'span.trace_id != span.span_id')).toBe(2);
  });
});

describe('paths of spanevent', () => {
  tryPaths(SPANEVENTS, { prefix: 'spanevent', signal: 'traces', json: TRACES, rows: EVENT_PATHS });
});

describe('paths of log', () => {
  tryPaths(LOGS, { prefix: 'log', signal: 'logs', json: LOG_RECORDS, rows: LOG_PATHS });

  it('reads and writes inside a body that is a map', () => {
    const columns = columnsOf('logs', LOG_RECORDS);
    expect(
      countHolding(LOGS, columns, 'IsMatch(log.body.string, "msg") and log.body["n"]["x"] == "y"'),
    ).toBe(1);
    const edited = apply(LOGS, columns, [
      'set(log.body["n"]["x"], 5) where log.body.string != "user 42 failed"',
    ]);
    expect(
      countHolding(LOGS, edited, 'log.body.string == "{\\"msg\\":\\"hi\\",\\"n\\":{\\"x\\":5}}"'),
    ).toBe(1);
  });
});

describe('paths of metric', () => {
  tryPaths(METRICS, {
    prefix: 'metric',
    signal: 'metrics',
    json: METRIC_KINDS,
    rows: METRIC_PATHS,
  });

  it('sees and changes what only some kinds have', () => {
    const columns = columnsOf('metrics', METRIC_KINDS);
    expect(countHolding(METRICS, columns, 'metric.is_monotonic == true')).toBe(1);
    expect(countHolding(METRICS, columns, 'metric.aggregation_temporality == 1')).toBe(2);
    const edited = apply(METRICS, columns, [
      'set(metric.aggregation_temporality, AGGREGATION_TEMPORALITY_CUMULATIVE)',
      'set(metric.is_monotonic, false)',
    ]);
    expect(countHolding(METRICS, edited, 'metric.aggregation_temporality == 2')).toBe(3);
    expect(countHolding(METRICS, edited, 'metric.is_monotonic == true')).toBe(0);
  });
});

describe('paths of datapoint', () => {
  tryPaths(DATAPOINTS, {
    prefix: 'datapoint',
    signal: 'metrics',
    json: METRIC_KINDS,
    rows: POINT_PATHS,
  });

  const OF_KINDS = [
    [
      'metric.name == "h" and datapoint.bucket_counts == [1, 2]',
      'datapoint.bucket_counts',
      '[3, 4, 5]',
    ],
    [
      'metric.name == "h" and datapoint.explicit_bounds == [2.0]',
      'datapoint.explicit_bounds',
      '[1.0, 2.0]',
    ],
    ['metric.name == "h" and datapoint.count == 3', 'datapoint.count', '12'],
    ['metric.name == "h" and datapoint.sum == 6', 'datapoint.sum', '12.5'],
    ['metric.name == "x" and datapoint.scale == 1', 'datapoint.scale', '-3'],
    ['metric.name == "x" and datapoint.count == 4', 'datapoint.count', '5'],
    ['metric.name == "x" and datapoint.sum == 8.0', 'datapoint.sum', '5.5'],
    ['metric.name == "x" and datapoint.zero_count == 1', 'datapoint.zero_count', '4'],
    ['metric.name == "x" and datapoint.positive.offset == 2', 'datapoint.positive.offset', '-7'],
    ['metric.name == "x" and datapoint.negative.offset == -2', 'datapoint.negative.offset', '7'],
    [
      'metric.name == "x" and datapoint.positive.bucket_counts == [1, 1]',
      'datapoint.positive.bucket_counts',
      '[]',
    ],
    [
      'metric.name == "x" and datapoint.negative.bucket_counts == [1]',
      'datapoint.negative.bucket_counts',
      '[8, 9]',
    ],
    ['metric.name == "q" and datapoint.count == 2', 'datapoint.count', '5'],
    ['metric.name == "q" and datapoint.sum == 5', 'datapoint.sum', '6.5'],
    ['metric.name == "s" and datapoint.value_int == 9', 'datapoint.value_double', '1.25'],
  ] as const;

  it.each(OF_KINDS)('of one kind: %s', (condition, path, written) => {
    const columns = columnsOf('metrics', METRIC_KINDS);
    expect(countHolding(DATAPOINTS, columns, condition)).toBe(1);
    const edited = apply(DATAPOINTS, columns, [`set(${path}, ${written}) where ${condition}`]);
    const again = columnsOfEncoded('metrics', edited);
    expect(countHolding(DATAPOINTS, again, `${path} == ${written}`)).toBe(1);
    expect(countHolding(DATAPOINTS, again, condition)).toBe(0);
  });
});

describe('paths of resource and scope', () => {
  tryPaths(RESOURCES, {
    prefix: 'resource',
    signal: 'traces',
    json: TRACES,
    rows: GROUP.slice(0, 3),
  });
  tryPaths(SCOPES, { prefix: 'scope', signal: 'traces', json: TRACES, rows: GROUP });
});
