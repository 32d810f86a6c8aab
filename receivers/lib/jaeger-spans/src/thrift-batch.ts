import type { AnyValue } from '@sonde/proto';
import {
  BinaryWire,
  binaryCall,
  compactCall,
  ElementBudget,
  MalformedFormatError,
  ThriftReader,
} from '@sonde/wire-formats';
import {
  hex64,
  type JaegerBatch,
  type JaegerLog,
  type JaegerProcess,
  type JaegerReference,
  type JaegerSpan,
  type JaegerTag,
  NO_SPAN_ID,
  unknownTagType,
} from './jaeger-span.ts';

const NANO_PER_MICRO = 1000n;
const REFERENCE_CHILD_OF = 0;
const EMIT_BATCH = 'emitBatch';

/** `Batch` of jaeger.thrift in the binary protocol: a body of `/api/traces`. */
export function readThriftBatch(bytes: Uint8Array): JaegerBatch {
  const reader = new ThriftReader(new BinaryWire(bytes), new ElementBudget('Jaeger thrift'));
  return batch(reader, (field) => reader.struct(field));
}

/** A datagram to the agent: the one-way call `emitBatch` of agent.thrift. */
export function readAgentMessage(bytes: Uint8Array, protocol: 'compact' | 'binary'): JaegerBatch {
  const { method, wire } = protocol === 'compact' ? compactCall(bytes) : binaryCall(bytes);
  if (method !== EMIT_BATCH) {
    throw new MalformedFormatError('Jaeger thrift', `the method ${JSON.stringify(method)}`);
  }
  const reader = new ThriftReader(wire, new ElementBudget('Jaeger thrift'));
  let found: JaegerBatch = { process: undefined, spans: [] };
  reader.struct((id) => {
    if (id === 1) found = batch(reader, (field) => reader.innerStruct(field));
  });
  return found;
}

function batch(reader: ThriftReader, struct: (field: (id: number) => void) => void): JaegerBatch {
  let owner: JaegerProcess | undefined;
  const spans: JaegerSpan[] = [];
  struct((id) => {
    if (id === 1) owner = process(reader);
    else if (id === 2) reader.innerList(() => spans.push(span(reader)));
  });
  return { process: owner, spans };
}

function process(reader: ThriftReader): JaegerProcess {
  let serviceName = '';
  let tags: readonly JaegerTag[] = [];
  reader.innerStruct((id) => {
    if (id === 1) serviceName = reader.text();
    else if (id === 2) tags = tagList(reader);
  });
  return { serviceName, tags };
}

function span(reader: ThriftReader): JaegerSpan {
  const ids = { low: 0n, high: 0n, span: 0n, parent: 0n };
  const times = { start: 0n, duration: 0n };
  let operationName = '';
  let flags = 0;
  const references: JaegerReference[] = [];
  let tags: readonly JaegerTag[] = [];
  const logs: JaegerLog[] = [];
  const fields: Readonly<Record<number, () => void>> = {
    1: () => (ids.low = reader.i64()),
    2: () => (ids.high = reader.i64()),
    3: () => (ids.span = reader.i64()),
    4: () => (ids.parent = reader.i64()),
    5: () => (operationName = reader.text()),
    6: () => reader.innerList(() => references.push(reference(reader))),
    7: () => (flags = reader.i32()),
    8: () => (times.start = reader.i64()),
    9: () => (times.duration = reader.i64()),
    10: () => (tags = tagList(reader)),
    11: () => reader.innerList(() => logs.push(log(reader))),
  };
  reader.innerStruct((id) => fields[id]?.());
  const found = { operationName, references, flags, tags, logs, process: undefined };
  return {
    ...found,
    traceId: hex64(ids.high) + hex64(ids.low),
    spanId: hex64(ids.span),
    parentSpanId: ids.parent === 0n ? '' : hex64(ids.parent),
    startUnixNano: times.start * NANO_PER_MICRO,
    durationNano: times.duration * NANO_PER_MICRO,
  };
}

function reference(reader: ThriftReader): JaegerReference {
  let type = REFERENCE_CHILD_OF;
  let [low, high, spanId] = [0n, 0n, NO_SPAN_ID];
  reader.innerStruct((id) => {
    if (id === 1) type = reader.i32();
    else if (id === 2) low = reader.i64();
    else if (id === 3) high = reader.i64();
    else if (id === 4) spanId = hex64(reader.i64());
  });
  return { traceId: hex64(high) + hex64(low), spanId, isChildOf: type === REFERENCE_CHILD_OF };
}

function log(reader: ThriftReader): JaegerLog {
  let timeUnixNano = 0n;
  let fields: readonly JaegerTag[] = [];
  reader.innerStruct((id) => {
    if (id === 1) timeUnixNano = reader.i64() * NANO_PER_MICRO;
    else if (id === 2) fields = tagList(reader);
  });
  return { timeUnixNano, fields };
}

function tagList(reader: ThriftReader): readonly JaegerTag[] {
  const tags: JaegerTag[] = [];
  reader.innerList(() => tags.push(tag(reader)));
  return tags;
}

function tag(reader: ThriftReader): JaegerTag {
  let key = '';
  let type = 0;
  const values: [AnyValue, AnyValue, AnyValue, AnyValue, AnyValue] = [
    { stringValue: '' },
    { doubleValue: 0 },
    { boolValue: false },
    { intValue: 0 },
    { bytesValue: new Uint8Array() },
  ];
  reader.innerStruct((id) => {
    if (id === 1) key = reader.text();
    else if (id === 2) type = reader.i32();
    else if (id === 3) values[0] = { stringValue: reader.text() };
    else if (id === 4) values[1] = { doubleValue: reader.double() };
    else if (id === 5) values[2] = { boolValue: reader.bool() };
    else if (id === 6) values[3] = { intValue: reader.i64() };
    else if (id === 7) values[4] = { bytesValue: reader.bytes() };
  });
  return { key, value: values[type] ?? unknownTagType(type) };
}
