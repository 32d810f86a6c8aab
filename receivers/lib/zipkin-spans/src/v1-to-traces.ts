import type { Span, SpanEvent, TracesRequest } from '@sonde/proto';
import { type AttributeMap, keyValues } from '@sonde/wire-formats';
import type { V1Annotation, V1BinaryAnnotation, V1Span } from './v1-span.ts';
import { V1Status } from './v1-status.ts';
import { NANO_PER_MICRO, type ZipkinEndpoint } from './zipkin-span.ts';

const UNKNOWN_SERVICE = 'unknown-service';
const START_TIME_ABSENT = 'otel.zipkin.absentField.startTime';
const LOCAL_COMPONENT = 'lc';

/** OTLP's kinds, by the annotations for sending and receiving. */
const KINDS: ReadonlyMap<string, number> = new Map([
  ['cs', 3],
  ['cr', 3],
  ['ms', 4],
  ['mr', 5],
  ['ss', 2],
  ['sr', 2],
]);

interface OwnedSpan {
  readonly span: Span;
  readonly owner: ZipkinEndpoint;
}

export interface V1Options {
  /** When a span without any time began; undefined leaves it without, as upstream does for thrift. */
  readonly receivedUnixMs: number | undefined;
}

/** Spans as OTLP, with the meaning of the Collector's translator. */
export function v1ToTraces(spans: readonly V1Span[], options: V1Options): TracesRequest {
  const byOwner = new Map<string, { readonly owner: ZipkinEndpoint; readonly spans: Span[] }>();
  for (const { span, owner } of spans.map((each) => toSpan(each, options))) {
    const key = JSON.stringify([owner.serviceName, owner.ipv4, owner.ipv6, owner.port]);
    const group = byOwner.get(key) ?? { owner, spans: [] };
    byOwner.set(key, group);
    group.spans.push(span);
  }
  return {
    resourceSpans: [...byOwner.values()].map(({ owner, spans: owned }) => ({
      resource: { attributes: keyValues(resourceOf(owner)) },
      scopeSpans: [{ spans: owned }],
    })),
  };
}

function resourceOf({ serviceName, ipv4, ipv6, port }: ZipkinEndpoint): AttributeMap {
  const attributes: AttributeMap = new Map();
  attributes.set('service.name', { stringValue: serviceName });
  if (ipv4 !== '') attributes.set('ipv4', { stringValue: ipv4 });
  if (ipv6 !== '') attributes.set('ipv6', { stringValue: ipv6 });
  if (port !== 0) attributes.set('port', { stringValue: String(port) });
  return attributes;
}

function toSpan(span: V1Span, { receivedUnixMs }: V1Options): OwnedSpan {
  const annotations = span.annotations.filter(({ value }) => value !== '');
  const { attributes, status, fallbackService } = readBinary(span.binaryAnnotations);
  const marks = annotations.filter(({ value }) => KINDS.has(value));
  const times = timesOf(span, annotations);
  if (times.start === 0n && receivedUnixMs !== undefined) {
    times.start = BigInt(receivedUnixMs) * 1000n * NANO_PER_MICRO;
    times.end = times.start;
    attributes.set(START_TIME_ABSENT, { boolValue: true });
  }
  return {
    owner: ownerOf(marks, fallbackService),
    span: {
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentId,
      name: span.name,
      kind: KINDS.get(marks[0]?.value ?? '') ?? 0,
      startTimeUnixNano: times.start,
      endTimeUnixNano: times.end,
      attributes: keyValues(attributes),
      events: annotations.filter(({ value }) => !KINDS.has(value)).map(toEvent),
      ...(status === undefined ? {} : { status }),
    },
  };
}

/** The span's own times, else from the first annotation to the last. */
function timesOf(
  { timestampMicros, durationMicros }: V1Span,
  annotations: readonly V1Annotation[],
): { start: bigint; end: bigint } {
  if (timestampMicros !== 0n) {
    return { start: nanos(timestampMicros), end: nanos(timestampMicros + durationMicros) };
  }
  const times = annotations.map((annotation) => annotation.timestampMicros);
  let [first = 0n, last = 0n] = [times[0], times[0]];
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return { start: nanos(first), end: nanos(last) };
}

function nanos(micros: bigint): bigint {
  return micros <= 0n ? 0n : BigInt.asUintN(64, micros * NANO_PER_MICRO);
}

function toEvent({ timestampMicros, value }: V1Annotation): SpanEvent {
  return { timeUnixNano: nanos(timestampMicros), name: value };
}

/** The host of the first mark that names a service. */
function ownerOf(marks: readonly V1Annotation[], fallbackService: string): ZipkinEndpoint {
  for (const { endpoint } of marks) {
    if (endpoint !== undefined && endpoint.serviceName !== '') return endpoint;
  }
  const serviceName = fallbackService === '' ? UNKNOWN_SERVICE : fallbackService;
  return { serviceName, ipv4: '', ipv6: '', port: 0 };
}

function readBinary(annotations: readonly V1BinaryAnnotation[]): {
  readonly attributes: AttributeMap;
  readonly status: { readonly code: number; readonly message: string } | undefined;
  readonly fallbackService: string;
} {
  const attributes: AttributeMap = new Map();
  const status = new V1Status();
  let [service, component] = ['', ''];
  for (const { key, value, text, endpoint } of annotations) {
    if (endpoint !== undefined && endpoint.serviceName !== '') service = endpoint.serviceName;
    if (key === LOCAL_COMPONENT) component = text;
    if (status.take(key, value)) continue;
    attributes.set(key === LOCAL_COMPONENT ? 'component' : key, value);
  }
  return {
    attributes,
    status: status.told,
    fallbackService: service === '' ? component : service,
  };
}
