import { ElementBudget, JsonFields, MalformedFormatError, parseJson } from '@sonde/wire-formats';
import { ipOfText } from './ip-text.ts';
import type { ZipkinAnnotation, ZipkinEndpoint, ZipkinSpan } from './zipkin-span.ts';

const FORMAT = 'Zipkin JSON';
const HEX = /^[0-9a-fA-F]+$/;
const NO_SPAN_ID: string = '0'.repeat(16);
const PORT_MAX = 65_535;

/** The elements of a body that is a list; null stands for an empty one, as Go reads it. */
export function spanFields(format: string, bytes: Uint8Array): readonly JsonFields[] {
  const list = parseJson(format, bytes) ?? [];
  if (!Array.isArray(list)) throw new MalformedFormatError(format, 'it is no list of spans');
  const elements: readonly unknown[] = list;
  new ElementBudget(format).take(elements.length);
  return elements
    .filter((element) => element !== null)
    .map((element, index) => JsonFields.of(format, `span ${index}`, element));
}

/** A body of `/api/v2/spans`. */
export function readV2Json(bytes: Uint8Array): readonly ZipkinSpan[] {
  const budget = new ElementBudget(FORMAT);
  return spanFields(FORMAT, bytes).map((fields) => span(fields, budget));
}

function span(fields: JsonFields, budget: ElementBudget): ZipkinSpan {
  const annotations = fields.list('annotations');
  const tags = fields.texts('tags');
  budget.take(annotations.length + tags.length);
  const spanId = hexId(fields, 'id', 16) ?? NO_SPAN_ID;
  if (spanId === NO_SPAN_ID) fields.fail('valid span id required');
  return {
    traceId: hexId(fields, 'traceId', 32) ?? '0'.repeat(32),
    spanId,
    parentId: hexId(fields, 'parentId', 16) ?? '',
    name: fields.text('name') ?? '',
    kind: fields.text('kind') ?? '',
    timestampMicros: micros(fields, 'timestamp'),
    durationMicros: micros(fields, 'duration'),
    localEndpoint: endpoint(fields.fields('localEndpoint')),
    remoteEndpoint: endpoint(fields.fields('remoteEndpoint')),
    annotations: annotations.map(annotation),
    tags: new Map(tags),
  };
}

function annotation(fields: JsonFields): ZipkinAnnotation {
  return { timestampMicros: micros(fields, 'timestamp'), value: fields.text('value') ?? '' };
}

/** Of at most `digits`, filled up with zeros; undefined where it is absent or empty. */
function hexId(fields: JsonFields, name: string, digits: number): string | undefined {
  const text = fields.text(name) ?? '';
  if (text === '') return undefined;
  if (!HEX.test(text) || text.length > digits) fields.fail(`${name} is no hex of ${digits} digits`);
  return text.toLowerCase().padStart(digits, '0');
}

function micros(fields: JsonFields, name: string): bigint {
  const value = fields.integer(name) ?? 0n;
  return value < 0n ? fields.fail(`${name} is negative`) : value;
}

/** Undefined for one that says nothing. */
function endpoint(fields: JsonFields | undefined): ZipkinEndpoint | undefined {
  if (fields === undefined) return undefined;
  const serviceName = fields.text('serviceName') ?? '';
  const [ipv4, ipv6] = [ip(fields, 'ipv4'), ip(fields, 'ipv6')];
  const port = Number(fields.integer('port') ?? 0n);
  if (port < 0 || port > PORT_MAX) fields.fail('port is no port');
  if (serviceName === '' && ipv4 === '' && ipv6 === '' && port === 0) return undefined;
  return { serviceName, ipv4, ipv6, port };
}

function ip(fields: JsonFields, name: string): string {
  const text = fields.text(name) ?? '';
  if (text === '') return '';
  return ipOfText(text) ?? fields.fail(`${name} is no address`);
}
