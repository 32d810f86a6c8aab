import { ElementBudget, type JsonFields } from '@sonde/wire-formats';
import { tagValue } from './tag-value.ts';
import type { V1Annotation, V1BinaryAnnotation, V1Span } from './v1-span.ts';
import { spanFields } from './v2-json.ts';
import type { ZipkinEndpoint } from './zipkin-span.ts';

const FORMAT = 'Zipkin v1 JSON';
const HEX = /^[0-9a-fA-F]+$/;
const ZEROS = /^0+$/;

/** A body of `/api/v1/spans`. */
export function readV1Json(bytes: Uint8Array, parseStringTags: boolean): readonly V1Span[] {
  const budget = new ElementBudget(FORMAT);
  return spanFields(FORMAT, bytes).map((fields) => span(fields, parseStringTags, budget));
}

function span(fields: JsonFields, parseStringTags: boolean, budget: ElementBudget): V1Span {
  const annotations = fields.list('annotations');
  const binaryAnnotations = fields.list('binaryAnnotations');
  budget.take(annotations.length + binaryAnnotations.length);
  const parentId = fields.text('parentId') ?? '';
  return {
    traceId: traceId(fields),
    spanId: spanId(fields, 'id'),
    parentId: parentId === '' ? '' : spanId(fields, 'parentId'),
    name: fields.text('name') ?? '',
    timestampMicros: fields.integer('timestamp') ?? 0n,
    durationMicros: fields.integer('duration') ?? 0n,
    annotations: annotations.map(annotation),
    binaryAnnotations: binaryAnnotations.map((each) => binaryAnnotation(each, parseStringTags)),
  };
}

function traceId(fields: JsonFields): string {
  const text = fields.text('traceId') ?? '';
  if (text.length !== 16 && text.length !== 32) {
    fields.fail('hex traceId span has wrong length (expected 16 or 32)');
  }
  return hexOf(fields, text, 'traceId').padStart(32, '0');
}

function spanId(fields: JsonFields, name: string): string {
  const text = fields.text(name) ?? '';
  if (text.length !== 16) fields.fail(`hex ${name} has wrong length (expected 16)`);
  return hexOf(fields, text, name);
}

function hexOf(fields: JsonFields, text: string, name: string): string {
  if (!HEX.test(text)) fields.fail(`${name} is no hex`);
  if (ZEROS.test(text)) fields.fail(`${name} is zero`);
  return text.toLowerCase();
}

function annotation(fields: JsonFields): V1Annotation {
  return {
    timestampMicros: fields.integer('timestamp') ?? 0n,
    value: fields.text('value') ?? '',
    endpoint: endpoint(fields),
  };
}

/** Clients write `true` for the addresses `sa` and `ca`, and numbers: they are taken as text. */
function binaryAnnotation(fields: JsonFields, parseStringTags: boolean): V1BinaryAnnotation {
  const raw = fields.any('value') ?? '';
  const isScalar = typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean';
  const text = isScalar ? String(raw) : fields.fail('value is no text');
  return {
    key: fields.text('key') ?? '',
    value: tagValue(text, parseStringTags),
    text,
    endpoint: endpoint(fields),
  };
}

function endpoint(owner: JsonFields): ZipkinEndpoint | undefined {
  const fields = owner.fields('endpoint');
  if (fields === undefined) return undefined;
  return {
    serviceName: fields.text('serviceName') ?? '',
    ipv4: fields.text('ipv4') ?? '',
    ipv6: fields.text('ipv6') ?? '',
    port: Number(fields.integer('port') ?? 0n),
  };
}
