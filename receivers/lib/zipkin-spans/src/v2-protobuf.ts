import { MessageCursor } from '@sonde/proto';
import { ElementBudget, MalformedFormatError, readingFormat } from '@sonde/wire-formats';
import { ipOfBytes } from './ip-text.ts';
import type { ZipkinAnnotation, ZipkinEndpoint, ZipkinSpan } from './zipkin-span.ts';

const FORMAT = 'Zipkin protobuf';
const KINDS: readonly string[] = ['', 'CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER'];

/** `ListOfSpans` of zipkin.proto. */
export function readV2Protobuf(bytes: Uint8Array): readonly ZipkinSpan[] {
  return readingFormat(FORMAT, () => {
    const budget = new ElementBudget(FORMAT);
    const list = MessageCursor.open(bytes);
    const spans: ZipkinSpan[] = [];
    while (list.next()) if (list.field === 1) spans.push(span(list.message(), budget));
    return spans;
  });
}

function span(message: MessageCursor, budget: ElementBudget): ZipkinSpan {
  budget.take();
  let [traceId, parentId, spanId, name, kind] = ['', '', '', '', ''];
  let [timestampMicros, durationMicros] = [0n, 0n];
  const ends: { local?: ZipkinEndpoint; remote?: ZipkinEndpoint } = {};
  const annotations: ZipkinAnnotation[] = [];
  const tags = new Map<string, string>();
  const fields: Readonly<Record<number, () => void>> = {
    1: () => (traceId = hex(message.bytes())),
    2: () => (parentId = hex(message.bytes())),
    3: () => (spanId = hex(message.bytes())),
    4: () => (kind = KINDS[message.int32()] ?? ''),
    5: () => (name = message.text()),
    6: () => (timestampMicros = message.fixed64()),
    7: () => (durationMicros = BigInt.asUintN(64, message.int64())),
    8: () => (ends.local = endpoint(message.message())),
    9: () => (ends.remote = endpoint(message.message())),
    10: () => annotations.push(annotation(message.message(), budget)),
    11: () => tags.set(...tag(message.message(), budget)),
  };
  while (message.next()) fields[message.field]?.();
  checkIds({ traceId, parentId, spanId });
  const found = { traceId, parentId, spanId, name, kind, timestampMicros, durationMicros };
  const { local: localEndpoint, remote: remoteEndpoint } = ends;
  return { ...found, localEndpoint, remoteEndpoint, annotations, tags };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function checkIds(ids: { traceId: string; parentId: string; spanId: string }): void {
  const refuse = (reason: string): never => {
    throw new MalformedFormatError(FORMAT, reason);
  };
  const { traceId, parentId, spanId } = ids;
  if (traceId.length !== 32) {
    refuse(`invalid TraceID: has length ${traceId.length / 2} yet wanted length 16`);
  }
  if (spanId === '') refuse('expected a non-nil SpanID');
  for (const [name, id] of [
    ['SpanID', spanId],
    ['ParentID', parentId],
  ] as const) {
    if (id === '' || id.length === 16) continue;
    refuse(`invalid ${name}: has length ${id.length / 2} yet wanted length 8`);
  }
}

function endpoint(message: MessageCursor): ZipkinEndpoint {
  let [serviceName, ipv4, ipv6, port] = ['', '', '', 0];
  while (message.next()) {
    if (message.field === 1) serviceName = message.text();
    else if (message.field === 2) ipv4 = ipOfBytes(message.bytes());
    else if (message.field === 3) ipv6 = ipOfBytes(message.bytes());
    else if (message.field === 4) port = message.int32() & 0xffff;
  }
  return { serviceName, ipv4, ipv6, port };
}

function annotation(message: MessageCursor, budget: ElementBudget): ZipkinAnnotation {
  budget.take();
  let [timestampMicros, value] = [0n, ''];
  while (message.next()) {
    if (message.field === 1) timestampMicros = message.fixed64();
    else if (message.field === 2) value = message.text();
  }
  return { timestampMicros, value };
}

function tag(message: MessageCursor, budget: ElementBudget): readonly [string, string] {
  budget.take();
  let [key, value] = ['', ''];
  while (message.next()) {
    if (message.field === 1) key = message.text();
    else if (message.field === 2) value = message.text();
  }
  return [key, value];
}
