import { type AnyValue, MessageCursor } from '@sonde/proto';
import { ElementBudget, MalformedFormatError, readingFormat } from '@sonde/wire-formats';
import {
  type JaegerBatch,
  type JaegerLog,
  type JaegerProcess,
  type JaegerReference,
  type JaegerSpan,
  type JaegerTag,
  NO_SPAN_ID,
  NO_TRACE_ID,
  unknownTagType,
} from './jaeger-span.ts';

const FORMAT = 'Jaeger protobuf';
const NANO_PER_SECOND = 1_000_000_000n;

/** `PostSpansRequest` of api_v2/collector.proto. */
export function readPostSpans(bytes: Uint8Array): JaegerBatch {
  return readingFormat(FORMAT, () => {
    const budget = new ElementBudget(FORMAT);
    const request = MessageCursor.open(bytes);
    let found: JaegerBatch = { process: undefined, spans: [] };
    while (request.next()) if (request.field === 1) found = batch(request.message(), budget);
    return found;
  });
}

/** A `Span` of model.proto by itself: a message of Kafka. */
export function readProtoSpan(bytes: Uint8Array): JaegerBatch {
  return readingFormat(FORMAT, () => {
    const single = span(MessageCursor.open(bytes), new ElementBudget(FORMAT));
    return { process: single.process, spans: [single] };
  });
}

function batch(message: MessageCursor, budget: ElementBudget): JaegerBatch {
  const spans: JaegerSpan[] = [];
  let owner: JaegerProcess | undefined;
  while (message.next()) {
    if (message.field === 1) spans.push(span(message.message(), budget));
    else if (message.field === 2) owner = process(message.message(), budget);
  }
  return { process: owner, spans };
}

function span(message: MessageCursor, budget: ElementBudget): JaegerSpan {
  budget.take();
  let [traceId, spanId, operationName, flags] = [NO_TRACE_ID, NO_SPAN_ID, '', 0];
  let [startUnixNano, durationNano] = [0n, 0n];
  const references: JaegerReference[] = [];
  const tags: JaegerTag[] = [];
  const logs: JaegerLog[] = [];
  let owner: JaegerProcess | undefined;
  const fields: Readonly<Record<number, () => void>> = {
    1: () => (traceId = traceIdOf(message.bytes())),
    2: () => (spanId = spanIdOf(message.bytes())),
    3: () => (operationName = message.text()),
    4: () => references.push(reference(message.message(), budget)),
    5: () => (flags = message.uint32()),
    6: () => (startUnixNano = nanos(message.message())),
    7: () => (durationNano = nanos(message.message())),
    8: () => tags.push(tag(message.message(), budget)),
    9: () => logs.push(log(message.message(), budget)),
    10: () => (owner = process(message.message(), budget)),
  };
  while (message.next()) fields[message.field]?.();
  const found = { traceId, spanId, parentSpanId: '', operationName, references, flags };
  return { ...found, startUnixNano, durationNano, tags, logs, process: owner };
}

function reference(message: MessageCursor, budget: ElementBudget): JaegerReference {
  budget.take();
  let [traceId, spanId, type] = [NO_TRACE_ID, NO_SPAN_ID, 0];
  while (message.next()) {
    if (message.field === 1) traceId = traceIdOf(message.bytes());
    else if (message.field === 2) spanId = spanIdOf(message.bytes());
    else if (message.field === 3) type = message.int32();
  }
  return { traceId, spanId, isChildOf: type === 0 };
}

function log(message: MessageCursor, budget: ElementBudget): JaegerLog {
  budget.take();
  let timeUnixNano = 0n;
  const fields: JaegerTag[] = [];
  while (message.next()) {
    if (message.field === 1) timeUnixNano = nanos(message.message());
    else if (message.field === 2) fields.push(tag(message.message(), budget));
  }
  return { timeUnixNano, fields };
}

function process(message: MessageCursor, budget: ElementBudget): JaegerProcess {
  budget.take();
  let serviceName = '';
  const tags: JaegerTag[] = [];
  while (message.next()) {
    if (message.field === 1) serviceName = message.text();
    else if (message.field === 2) tags.push(tag(message.message(), budget));
  }
  return { serviceName, tags };
}

function tag(message: MessageCursor, budget: ElementBudget): JaegerTag {
  budget.take();
  let [key, type] = ['', 0];
  const values: [AnyValue, AnyValue, AnyValue, AnyValue, AnyValue] = [
    { stringValue: '' },
    { boolValue: false },
    { intValue: 0 },
    { doubleValue: 0 },
    { bytesValue: new Uint8Array() },
  ];
  while (message.next()) {
    if (message.field === 1) key = message.text();
    else if (message.field === 2) type = message.int32();
    else if (message.field === 3) values[0] = { stringValue: message.text() };
    else if (message.field === 4) values[1] = { boolValue: message.bool() };
    else if (message.field === 5) values[2] = { intValue: message.int64() };
    else if (message.field === 6) values[3] = { doubleValue: message.double() };
    else if (message.field === 7) values[4] = { bytesValue: message.bytes() };
  }
  return { key, value: values[type] ?? unknownTagType(type) };
}

/** `google.protobuf.Timestamp` and `Duration`. */
function nanos(message: MessageCursor): bigint {
  let total = 0n;
  while (message.next()) {
    if (message.field === 1) total += message.int64() * NANO_PER_SECOND;
    else if (message.field === 2) total += BigInt(message.int32());
  }
  return total;
}

/** 16 bytes, or the 8 of old clients. */
export function traceIdOf(bytes: Uint8Array): string {
  if (bytes.length === 16 || bytes.length === 8) {
    return Buffer.from(bytes).toString('hex').padStart(32, '0');
  }
  throw new MalformedFormatError(FORMAT, 'invalid length for TraceID');
}

export function spanIdOf(bytes: Uint8Array): string {
  if (bytes.length === 8) return Buffer.from(bytes).toString('hex');
  throw new MalformedFormatError(FORMAT, 'invalid length for SpanID');
}
