import type { AnyValue } from '@sonde/proto';
import { ElementBudget, JsonFields, parseJson } from '@sonde/wire-formats';
import {
  type JaegerBatch,
  type JaegerProcess,
  type JaegerReference,
  type JaegerSpan,
  type JaegerTag,
  NO_SPAN_ID,
  NO_TRACE_ID,
  unknownTagType,
} from './jaeger-span.ts';
import { spanIdOf, traceIdOf } from './proto-batch.ts';

const FORMAT = 'Jaeger JSON';
const NANO_PER_SECOND = 1_000_000_000n;
const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
const SECONDS = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/;
const VALUE_TYPES: readonly string[] = ['STRING', 'BOOL', 'INT64', 'FLOAT64', 'BINARY'];

/** A `Span` of model.proto as protobuf's JSON: a message of Kafka. */
export function readJsonSpan(bytes: Uint8Array): JaegerBatch {
  const fields = JsonFields.of(FORMAT, 'span', parseJson(FORMAT, bytes));
  const single = span(fields, new ElementBudget(FORMAT));
  return { process: single.process, spans: [single] };
}

function span(fields: JsonFields, budget: ElementBudget): JaegerSpan {
  const [traceId, spanId] = ids(fields);
  const references = elements(fields, 'references', budget).map(reference);
  const logs = elements(fields, 'logs', budget).map((log) => ({
    timeUnixNano: timestamp(log, 'timestamp'),
    fields: tags(log, 'fields', budget),
  }));
  return {
    traceId,
    spanId,
    parentSpanId: '',
    operationName: fields.text('operationName') ?? '',
    references,
    flags: Number(fields.integer('flags') ?? 0n),
    startUnixNano: timestamp(fields, 'startTime'),
    durationNano: seconds(fields, 'duration'),
    tags: tags(fields, 'tags', budget),
    logs,
    process: process(fields.fields('process'), budget),
  };
}

function elements(fields: JsonFields, name: string, budget: ElementBudget): readonly JsonFields[] {
  const list = fields.list(name);
  budget.take(list.length);
  return list;
}

function reference(fields: JsonFields): JaegerReference {
  const [traceId, spanId] = ids(fields);
  const type = fields.any('refType') ?? 0;
  return { traceId, spanId, isChildOf: type === 0 || type === 'CHILD_OF' };
}

function process(fields: JsonFields | undefined, budget: ElementBudget): JaegerProcess | undefined {
  if (fields === undefined) return undefined;
  return { serviceName: fields.text('serviceName') ?? '', tags: tags(fields, 'tags', budget) };
}

function tags(fields: JsonFields, name: string, budget: ElementBudget): readonly JaegerTag[] {
  return elements(fields, name, budget).map((tag) => ({
    key: tag.text('key') ?? '',
    value: jsonValue(tag),
  }));
}

function jsonValue(tag: JsonFields): AnyValue {
  const type = tag.any('vType') ?? 0;
  const name = typeof type === 'number' ? VALUE_TYPES[type] : type;
  switch (name) {
    case 'STRING':
      return { stringValue: tag.text('vStr') ?? '' };
    case 'BOOL':
      return { boolValue: tag.bool('vBool') ?? false };
    case 'INT64':
      return { intValue: BigInt.asIntN(64, tag.integer('vInt64') ?? 0n) };
    case 'FLOAT64':
      return { doubleValue: tag.number('vFloat64') ?? 0 };
    case 'BINARY':
      return { bytesValue: base64(tag.text('vBinary') ?? '') };
    default:
      return unknownTagType(String(type));
  }
}

function ids(fields: JsonFields): readonly [string, string] {
  const [trace, own] = [fields.text('traceId') ?? '', fields.text('spanId') ?? ''];
  return [
    trace === '' ? NO_TRACE_ID : traceIdOf(base64(trace)),
    own === '' ? NO_SPAN_ID : spanIdOf(base64(own)),
  ];
}

function base64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function timestamp(fields: JsonFields, name: string): bigint {
  const text = fields.text(name);
  if (text === undefined) return 0n;
  const [, clock = '', fraction = '', zone = ''] = RFC3339.exec(text) ?? [];
  const ms = Date.parse(`${clock}${zone}`);
  if (Number.isNaN(ms)) return fields.fail(`${name} is no time of RFC 3339`);
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function seconds(fields: JsonFields, name: string): bigint {
  const text = fields.text(name);
  if (text === undefined) return 0n;
  const [, sign, whole, fraction = ''] = SECONDS.exec(text) ?? [];
  if (whole === undefined) return fields.fail(`${name} is no duration such as "1.5s"`);
  const total = BigInt(whole) * NANO_PER_SECOND + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? -total : total;
}
