import type { AnyValue } from '@sonde/proto';
import { BinaryWire, ElementBudget, ThriftReader } from '@sonde/wire-formats';
import { ipOfBytes } from './ip-text.ts';
import type { V1Annotation, V1BinaryAnnotation, V1Span } from './v1-span.ts';
import type { ZipkinEndpoint } from './zipkin-span.ts';

/** `AnnotationType` of zipkincore.thrift. */
const TYPE = { bool: 0, bytes: 1, i16: 2, i32: 3, i64: 4, double: 5, string: 6 } as const;

/** A list of spans of zipkincore.thrift in the binary protocol: a body of `/api/v1/spans`. */
export function readV1Thrift(bytes: Uint8Array): readonly V1Span[] {
  const reader = new ThriftReader(new BinaryWire(bytes), new ElementBudget('Zipkin thrift'));
  const spans: V1Span[] = [];
  reader.list(() => spans.push(span(reader)));
  return spans;
}

function span(reader: ThriftReader): V1Span {
  const ids = { low: 0n, high: 0n, span: 0n, parent: 0n };
  const times = { timestampMicros: 0n, durationMicros: 0n };
  let name = '';
  const annotations: V1Annotation[] = [];
  const binaryAnnotations: V1BinaryAnnotation[] = [];
  const fields: Readonly<Record<number, () => void>> = {
    1: () => (ids.low = reader.i64()),
    3: () => (name = reader.text()),
    4: () => (ids.span = reader.i64()),
    5: () => (ids.parent = reader.i64()),
    6: () => reader.innerList(() => annotations.push(annotation(reader))),
    8: () => reader.innerList(() => binaryAnnotations.push(binaryAnnotation(reader))),
    10: () => (times.timestampMicros = reader.i64()),
    11: () => (times.durationMicros = reader.i64()),
    12: () => (ids.high = reader.i64()),
  };
  reader.innerStruct((id) => fields[id]?.());
  return {
    traceId: hex64(ids.high) + hex64(ids.low),
    spanId: hex64(ids.span),
    parentId: ids.parent === 0n ? '' : hex64(ids.parent),
    name,
    ...times,
    annotations,
    binaryAnnotations,
  };
}

function hex64(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0');
}

function annotation(reader: ThriftReader): V1Annotation {
  let [timestampMicros, value] = [0n, ''];
  let host: ZipkinEndpoint | undefined;
  reader.innerStruct((id) => {
    if (id === 1) timestampMicros = reader.i64();
    else if (id === 2) value = reader.text();
    else if (id === 3) host = endpoint(reader);
  });
  return { timestampMicros, value, endpoint: host };
}

function binaryAnnotation(reader: ThriftReader): V1BinaryAnnotation {
  let key = '';
  let bytes = new Uint8Array();
  let type: number = TYPE.bool;
  let host: ZipkinEndpoint | undefined;
  reader.innerStruct((id) => {
    if (id === 1) key = reader.text();
    else if (id === 2) bytes = new Uint8Array(reader.bytes());
    else if (id === 3) type = reader.i32();
    else if (id === 4) host = endpoint(reader);
  });
  const text = Buffer.from(bytes).toString('utf8');
  return { key, value: annotationValue(type, Buffer.from(bytes)), text, endpoint: host };
}

function annotationValue(type: number, bytes: Buffer): AnyValue {
  switch (type) {
    case TYPE.bool:
      return { boolValue: bytes.length === 1 && bytes[0] === 1 };
    case TYPE.bytes:
      return { stringValue: bytes.toString('base64') };
    case TYPE.i16:
      return bytes.length < 2 ? tooShort() : { intValue: bytes.readInt16BE() };
    case TYPE.i32:
      return bytes.length < 4 ? tooShort() : { intValue: bytes.readInt32BE() };
    case TYPE.i64:
      return bytes.length < 8 ? tooShort() : { intValue: bytes.readBigInt64BE() };
    case TYPE.double:
      return bytes.length < 8 ? tooShort() : { doubleValue: bytes.readDoubleBE() };
    case TYPE.string:
      return { stringValue: bytes.toString('utf8') };
    default:
      return { stringValue: `<unknown zipkin v1 binary annotation type (${type})>` };
  }
}

function tooShort(): AnyValue {
  return { stringValue: '<not enough bytes representing the number>' };
}

function endpoint(reader: ThriftReader): ZipkinEndpoint {
  let [ipv4, port, serviceName, ipv6] = ['', 0, '', ''];
  reader.innerStruct((id) => {
    if (id === 1) ipv4 = ipv4Of(reader.i32());
    else if (id === 2) port = reader.i16();
    else if (id === 3) serviceName = reader.text();
    else if (id === 4) ipv6 = ipOfBytes(reader.bytes());
  });
  return { serviceName, ipv4, ipv6, port };
}

function ipv4Of(word: number): string {
  if (word === 0) return '';
  return ipOfBytes(Uint8Array.of(word >>> 24, word >>> 16, word >>> 8, word));
}
