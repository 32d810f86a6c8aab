import type { Span, SpanEvent, SpanLink, TracesRequest } from '@sonde/proto';
import { type AttributeMap, keyValues } from '@sonde/wire-formats';
import { packedAttributes } from './packed-text.ts';
import { RESOURCE_TAGS, SCOPE_TAGS } from './resource-tags.ts';
import { tagValue } from './tag-value.ts';
import {
  NANO_PER_MICRO,
  type ZipkinAnnotation,
  type ZipkinEndpoint,
  type ZipkinSpan,
} from './zipkin-span.ts';

const KINDS: ReadonlyMap<string, number> = new Map([
  ['SERVER', 2],
  ['CLIENT', 3],
  ['PRODUCER', 4],
  ['CONSUMER', 5],
]);
const KIND_INTERNAL = 1;
const STATUS_ERROR = 2;

/** As the Collector's exporter writes them, old and new. */
const STATUS_CODES: ReadonlyMap<string, number> = new Map([
  ['STATUS_CODE_OK', 1],
  ['Ok', 1],
  ['STATUS_CODE_ERROR', STATUS_ERROR],
  ['Error', STATUS_ERROR],
]);

const NO_SERVICE = 'OTLPResourceNoServiceName';
const SERVICE_NAME_SOURCE = 'otlp.service.name.source';
const START_TIME_ABSENT = 'otel.zipkin.absentField.startTime';
/** Links that the Collector's exporter writes at most. */
const LINKS_MAX = 128;

type Tags = Map<string, string>;

interface ScopeGroup {
  readonly scope: { readonly name: string; readonly version: string };
  readonly spans: Span[];
}

/** Spans as OTLP, with the meaning of the Collector's translator (its feature gates as by default). */
export function v2ToTraces(spans: readonly ZipkinSpan[], parseStringTags: boolean): TracesRequest {
  const byResource = new Map<
    string,
    { readonly attributes: AttributeMap; readonly byScope: Map<string, ScopeGroup> }
  >();
  for (const span of spans) {
    const tags: Tags = new Map(span.tags);
    const attributes = takeResource(span.localEndpoint?.serviceName ?? '', tags);
    const resourceKey = keyOf(attributes);
    const group = byResource.get(resourceKey) ?? { attributes, byScope: new Map() };
    byResource.set(resourceKey, group);
    const scope = takeScope(tags);
    const scopeKey = `${scope.name.length}:${scope.name}${scope.version}`;
    const known = group.byScope.get(scopeKey) ?? { scope, spans: [] };
    group.byScope.set(scopeKey, known);
    known.spans.push(toSpan(span, tags, parseStringTags));
  }
  return {
    resourceSpans: [...byResource.values()].map(({ attributes, byScope }) => ({
      resource: { attributes: keyValues(attributes) },
      scopeSpans: [...byScope.values()],
    })),
  };
}

/** Told apart by lengths, whatever the texts hold: most spans have a service's name alone. */
function keyOf(attributes: AttributeMap): string {
  let key = '';
  for (const [name, { stringValue = '' }] of attributes) {
    key += `${name.length}:${stringValue.length}:${name}${stringValue}`;
  }
  return key;
}

function take(tags: Tags, key: string): string | undefined {
  const value = tags.get(key);
  tags.delete(key);
  return value;
}

function takeResource(serviceName: string, tags: Tags): AttributeMap {
  const attributes: AttributeMap = new Map();
  const source = take(tags, SERVICE_NAME_SOURCE) ?? '';
  if (serviceName !== '' && serviceName !== NO_SERVICE) {
    attributes.set(source === '' ? 'service.name' : source, { stringValue: serviceName });
  }
  // A map may lose the entry that a loop over it is at.
  for (const [key, stringValue] of tags) {
    if (!RESOURCE_TAGS.has(key)) continue;
    attributes.set(key, { stringValue });
    tags.delete(key);
  }
  return attributes;
}

function takeScope(tags: Tags): ScopeGroup['scope'] {
  const [oldName, oldVersion] = [tags.get('otel.library.name'), tags.get('otel.library.version')];
  const [name, version] = [tags.get('otel.scope.name'), tags.get('otel.scope.version')];
  for (const key of SCOPE_TAGS) tags.delete(key);
  return { name: name ?? oldName ?? '', version: version ?? oldVersion ?? '' };
}

function toSpan(span: ZipkinSpan, tags: Tags, parseStringTags: boolean): Span {
  const traceState = take(tags, 'w3c.tracestate') ?? '';
  const kind = takeKind(span.kind, tags);
  const status = takeStatus(tags);
  const links = takeLinks(tags);
  const attributes: AttributeMap = new Map();
  for (const [key, text] of tags) attributes.set(key, tagValue(text, parseStringTags));
  putEndpoints(attributes, span);
  if (span.timestampMicros === 0n) attributes.set(START_TIME_ABSENT, { boolValue: true });
  const endMicros = span.timestampMicros + span.durationMicros;
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    // A span that is its own parent has none.
    parentSpanId: span.parentId === span.spanId ? '' : span.parentId,
    traceState,
    name: span.name,
    kind,
    startTimeUnixNano: nanos(span.timestampMicros),
    endTimeUnixNano: nanos(endMicros),
    attributes: keyValues(attributes),
    events: span.annotations.map(toEvent),
    links,
    ...(status === undefined ? {} : { status }),
  };
}

function nanos(micros: bigint): bigint {
  return BigInt.asUintN(64, micros * NANO_PER_MICRO);
}

function takeKind(kind: string, tags: Tags): number {
  const known = KINDS.get(kind);
  if (known !== undefined) return known;
  return take(tags, 'span.kind') === 'internal' ? KIND_INTERNAL : 0;
}

function takeStatus(tags: Tags): Span['status'] {
  const error = tags.get('error');
  const word = take(tags, 'otel.status_code');
  const message = word === undefined ? '' : (take(tags, 'otel.status_description') ?? '');
  // What the tag says besides "true" is worth keeping.
  if (error === 'true') tags.delete('error');
  if (error !== undefined) return { code: STATUS_ERROR, message };
  return word === undefined ? undefined : { code: STATUS_CODES.get(word) ?? 0, message };
}

function takeLinks(tags: Tags): SpanLink[] {
  const links: SpanLink[] = [];
  for (let index = 0; index < LINKS_MAX; index += 1) {
    const key = `otlp.link.${index}`;
    const text = tags.get(key);
    if (text === undefined) break;
    const link = linkOf(text);
    // One that is none stays a tag.
    if (link === undefined) continue;
    links.push(link);
    tags.delete(key);
  }
  return links;
}

/** `trace|span|state|attributes|dropped`. */
function linkOf(text: string): SpanLink | undefined {
  const parts = text.split('|');
  const [traceId = '', spanId = '', traceState = ''] = parts;
  const packed = packedAttributes(parts, 3);
  if (packed === undefined) return undefined;
  if (!/^([0-9a-fA-F]{32})?$/.test(traceId) || !/^([0-9a-fA-F]{16})?$/.test(spanId)) {
    return undefined;
  }
  return { traceId, spanId, traceState, ...packed };
}

function putEndpoints(attributes: AttributeMap, span: ZipkinSpan): void {
  const { localEndpoint: local, remoteEndpoint: remote } = span;
  putAddress(attributes, local, { address: 'network.local.address', port: 'net.host.port' });
  if (remote !== undefined && remote.serviceName !== '') {
    attributes.set('service.peer.name', { stringValue: remote.serviceName });
  }
  putAddress(attributes, remote, { address: 'network.peer.address', port: 'net.peer.port' });
}

function putAddress(
  attributes: AttributeMap,
  endpoint: ZipkinEndpoint | undefined,
  keys: { readonly address: string; readonly port: string },
): void {
  if (endpoint === undefined) return;
  const { ipv4, ipv6, port } = endpoint;
  const address = ipv6 === '' ? ipv4 : ipv6;
  if (address !== '') attributes.set(keys.address, { stringValue: address });
  if (port > 0) attributes.set(keys.port, { intValue: port });
}

/** An annotation; `name|attributes|dropped` is what the Collector's exporter makes of an event. */
function toEvent({ timestampMicros, value }: ZipkinAnnotation): SpanEvent {
  const timeUnixNano = nanos(timestampMicros);
  const parts = value.split('|');
  const packed = packedAttributes(parts, 1);
  if (packed === undefined) return { timeUnixNano, name: value };
  return { timeUnixNano, name: parts[0] ?? '', ...packed };
}
