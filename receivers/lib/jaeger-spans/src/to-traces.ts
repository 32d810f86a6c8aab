import type { Span, SpanEvent, SpanLink, TracesRequest } from '@sonde/proto';
import { type AttributeMap, keyValues, textOf } from '@sonde/wire-formats';
import {
  type JaegerBatch,
  type JaegerLog,
  type JaegerProcess,
  type JaegerReference,
  type JaegerSpan,
  type JaegerTag,
  NO_SPAN_ID,
  NO_TRACE_ID,
} from './jaeger-span.ts';
import { SPAN_KINDS, takeStatus } from './span-status.ts';

const SAMPLED = 1;
const NO_SERVICE = 'OTLPResourceNoServiceName';

/** What the Collector translates in one of Jaeger's models and not in the other. */
export interface JaegerModel {
  /** `otel.scope.name` and `w3c.tracestate` are tags that become scope and trace state. */
  readonly hasOtelTags: boolean;
}

/** The batch as OTLP, with the meaning of the Collector's translator. */
export function toTraces(batch: JaegerBatch, model: JaegerModel): TracesRequest {
  const byResource = new Map<string, ResourceGroup>();
  const byProcess = new Map<JaegerProcess | undefined, ResourceGroup>();
  for (const span of batch.spans) {
    if (isBlank(span)) continue;
    const process = span.process ?? batch.process;
    // The spans of one process nearly always share it: its attributes are compared once.
    const group = byProcess.get(process) ?? groupOf(process, byResource);
    byProcess.set(process, group);
    addToScope(group.byScope, span, model);
  }
  return {
    resourceSpans: [...byResource.values()].map(({ attributes, byScope }) => ({
      resource: { attributes },
      scopeSpans: [...byScope.values()],
    })),
  };
}

interface ScopeGroup {
  readonly scope: { readonly name: string; readonly version: string };
  readonly spans: Span[];
}

interface ResourceGroup {
  readonly attributes: ReturnType<typeof keyValues>;
  readonly byScope: Map<string, ScopeGroup>;
}

function groupOf(
  process: JaegerProcess | undefined,
  byResource: Map<string, ResourceGroup>,
): ResourceGroup {
  const attributes = resourceAttributes(process);
  const key = JSON.stringify(attributes, plainJson);
  const group = byResource.get(key) ?? { attributes, byScope: new Map() };
  byResource.set(key, group);
  return group;
}

function plainJson(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** What clients send instead of nothing. */
function isBlank(span: JaegerSpan): boolean {
  const { operationName, tags, logs, references, process } = span;
  const isEmpty = tags.length + logs.length + references.length === 0 && process === undefined;
  return isEmpty && operationName === '' && span.traceId === NO_TRACE_ID && hasNoNumbers(span);
}

function hasNoNumbers({ spanId, startUnixNano, durationNano, flags }: JaegerSpan): boolean {
  return spanId === NO_SPAN_ID && startUnixNano === 0n && durationNano === 0n && flags === 0;
}

function resourceAttributes(process: JaegerProcess | undefined): ReturnType<typeof keyValues> {
  const attributes: AttributeMap = new Map();
  if (process === undefined || process.serviceName === NO_SERVICE) return [];
  const { serviceName, tags } = process;
  if (serviceName !== '') attributes.set('service.name', { stringValue: serviceName });
  putTags(attributes, tags);
  const hostname = attributes.get('hostname');
  if (hostname !== undefined && !attributes.has('host.name')) {
    attributes.delete('hostname');
    attributes.set('host.name', hostname);
  }
  const version = attributes.get('jaeger.version');
  if (version !== undefined && !attributes.has('opencensus.exporterversion')) {
    attributes.delete('jaeger.version');
    const stringValue = `Jaeger-${textOf(version) ?? ''}`;
    attributes.set('opencensus.exporterversion', { stringValue });
  }
  return keyValues(attributes);
}

/** One name for the HTTP status, as upstream's translator writes it by default. */
function putTags(attributes: AttributeMap, tags: readonly JaegerTag[]): void {
  for (const { key, value } of tags) {
    attributes.set(key === 'http.response.status_code' ? 'http.status_code' : key, value);
  }
}

function addToScope(
  byScope: Map<string, ScopeGroup>,
  span: JaegerSpan,
  { hasOtelTags }: JaegerModel,
): void {
  const attributes: AttributeMap = new Map();
  putTags(attributes, span.tags);
  const name = hasOtelTags ? takeText(attributes, 'otel.scope.name') : undefined;
  const version = name === undefined ? '' : (takeText(attributes, 'otel.scope.version') ?? '');
  const scope = { name: name ?? '', version };
  const key = `${scope.name.length}:${scope.name}${version}`;
  const known = byScope.get(key) ?? { scope, spans: [] };
  byScope.set(key, known);
  const traceState = hasOtelTags ? (takeText(attributes, 'w3c.tracestate') ?? '') : '';
  known.spans.push(toSpan(span, attributes, traceState));
}

/** The text of a tag, which is no attribute then. */
function takeText(attributes: AttributeMap, key: string): string | undefined {
  const value = attributes.get(key);
  if (value === undefined) return undefined;
  attributes.delete(key);
  return textOf(value) ?? '';
}

function toSpan(span: JaegerSpan, attributes: AttributeMap, traceState: string): Span {
  const { startUnixNano, durationNano } = span;
  const kind = SPAN_KINDS.get(takeText(attributes, 'span.kind') ?? '') ?? 0;
  const status = takeStatus(attributes, kind);
  const parentSpanId = parentOf(span);
  return {
    ...present(span),
    parentSpanId,
    traceState,
    flags: span.flags & SAMPLED,
    name: span.operationName,
    kind,
    startTimeUnixNano: BigInt.asUintN(64, startUnixNano),
    endTimeUnixNano: BigInt.asUintN(64, startUnixNano + durationNano),
    attributes: keyValues(attributes),
    events: span.logs.map(toEvent),
    links: toLinks(span.references, parentSpanId),
    ...(status === undefined ? {} : { status }),
  };
}

/** The parent that is told, or a reference into the same trace: a child's before a follower's. */
function parentOf({ parentSpanId, references, traceId }: JaegerSpan): string {
  if (parentSpanId !== '') return parentSpanId;
  const own = references.filter((reference) => reference.traceId === traceId);
  const parent = (own.find(({ isChildOf }) => isChildOf) ?? own[0])?.spanId;
  return parent === undefined || parent === NO_SPAN_ID ? '' : parent;
}

/** An id of zeros is none; OTLP leaves it out. */
function present(ids: { readonly traceId: string; readonly spanId: string }): {
  readonly traceId: string;
  readonly spanId: string;
} {
  return {
    traceId: ids.traceId === NO_TRACE_ID ? '' : ids.traceId,
    spanId: ids.spanId === NO_SPAN_ID ? '' : ids.spanId,
  };
}

function toEvent({ timeUnixNano, fields }: JaegerLog): SpanEvent {
  const attributes: AttributeMap = new Map();
  putTags(attributes, fields);
  const name = takeText(attributes, 'event') ?? '';
  const time = BigInt.asUintN(64, timeUnixNano);
  return { timeUnixNano: time, name, attributes: keyValues(attributes) };
}

/** Every reference but the one that says the parent. */
function toLinks(references: readonly JaegerReference[], parentSpanId: string): SpanLink[] {
  return references
    .filter(({ spanId, isChildOf }) => !(isChildOf && spanId === parentSpanId))
    .map(({ traceId, spanId, isChildOf }) => {
      const stringValue = isChildOf ? 'child_of' : 'follows_from';
      const attributes = [{ key: 'opentracing.ref_type', value: { stringValue } }];
      return { ...present({ traceId, spanId }), attributes };
    });
}
