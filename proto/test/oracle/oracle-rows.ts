import type { Signal } from '../../src/index.ts';
import { bytesText, longText, type Node, oracleDecode } from './oracle.ts';
import { profile, profileDictionary } from './profile-rows.ts';
import type { Cell, Row } from './rows.ts';

export type { Cell, Row } from './rows.ts';

/** A decoded request as plain rows, in the shape `columns-rows.ts` gives columns. */
export function oracleRows(signal: Signal, bytes: Uint8Array): Row[] {
  const rows: Row[] = [];
  const request = oracleDecode(signal, bytes);
  strings =
    signal === 'profiles'
      ? request.child('dictionary').values('stringTable').map(bytesText)
      : undefined;
  for (const group of request.list('groups')) {
    for (const scope of group.list('scopes')) {
      for (const row of scope.list('rows')) {
        rows.push({
          resource: resource(group.child('resource')),
          resourceSchemaUrl: group.text('schemaUrl'),
          scope: scopeRow(scope.child('scope')),
          scopeSchemaUrl: scope.text('schemaUrl'),
          ...rowOf(signal, row),
        });
      }
    }
  }
  if (signal === 'profiles') {
    rows.push({ dictionary: profileDictionary(request.child('dictionary'), anyValue) });
  }
  strings = undefined;
  return rows;
}

/** What references in attributes of profiles mean; other signals have none. */
let strings: readonly string[] | undefined;

function rowOf(signal: Signal, row: Node): Row {
  switch (signal) {
    case 'traces':
      return span(row);
    case 'logs':
      return log(row);
    case 'metrics':
      return metric(row);
    case 'profiles':
      return profile(row);
  }
}

function resource(node: Node): Row {
  return { attributes: attributes(node), dropped: uint32(node, 'droppedAttributesCount') };
}

function scopeRow(node: Node): Row {
  return {
    name: node.text('name'),
    version: node.text('version'),
    attributes: attributes(node),
    dropped: uint32(node, 'droppedAttributesCount'),
  };
}

function attributes(node: Node, name = 'attributes'): Cell[] {
  return node.list(name).map((pair) => [keyOf(pair), anyValue(pair.child('value'))]);
}

function keyOf(pair: Node): string {
  const index = pair.number('keyStrindex');
  return strings !== undefined && index > 0 ? (strings[index] ?? '') : pair.text('key');
}

export function anyValue(node: Node): Cell {
  const member = node.member('value');
  switch (member) {
    case 'stringValue':
    case 'bytesValue':
      return [member, node.text(member)];
    case 'boolValue':
      return [member, node.get(member) === true];
    case 'intValue':
      return [member, BigInt.asIntN(64, BigInt(`0x${node.long(member)}`)).toString()];
    case 'doubleValue':
      return [member, double(node.number(member))];
    case 'arrayValue':
      return [member, node.child(member).list('values').map(anyValue)];
    case 'kvlistValue':
      return [member, attributes(node.child(member), 'values')];
    case 'stringValueStrindex':
      if (strings === undefined) return ['empty'];
      return ['stringValue', strings[node.number(member)] ?? ''];
    default:
      return ['empty'];
  }
}

export function double(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function uint32(node: Node, name: string): number {
  return node.number(name) >>> 0;
}

function enumeration(node: Node, name: string): number {
  const value = node.number(name);
  return value >= 0 && value <= 255 ? value : 255;
}

function id(node: Node, name: string, length: number): string {
  const text = node.text(name);
  return text === '' ? '\0'.repeat(length) : text;
}

function span(node: Node): Row {
  const status = node.child('status');
  return {
    traceId: id(node, 'traceId', 16),
    spanId: id(node, 'spanId', 8),
    parentSpanId: id(node, 'parentSpanId', 8),
    traceState: node.text('traceState'),
    flags: uint32(node, 'flags'),
    name: node.text('name'),
    kind: enumeration(node, 'kind'),
    start: node.long('startTimeUnixNano'),
    end: node.long('endTimeUnixNano'),
    statusCode: enumeration(status, 'code'),
    statusMessage: status.text('message'),
    attributes: attributes(node),
    dropped: uint32(node, 'droppedAttributesCount'),
    droppedEvents: uint32(node, 'droppedEventsCount'),
    droppedLinks: uint32(node, 'droppedLinksCount'),
    events: node.list('events').map((event) => ({
      time: event.long('timeUnixNano'),
      name: event.text('name'),
      attributes: attributes(event),
      dropped: uint32(event, 'droppedAttributesCount'),
    })),
    links: node.list('links').map((link) => ({
      traceId: id(link, 'traceId', 16),
      spanId: id(link, 'spanId', 8),
      traceState: link.text('traceState'),
      flags: uint32(link, 'flags'),
      attributes: attributes(link),
      dropped: uint32(link, 'droppedAttributesCount'),
    })),
  };
}

function log(node: Node): Row {
  return {
    time: node.long('timeUnixNano'),
    observed: node.long('observedTimeUnixNano'),
    severityNumber: enumeration(node, 'severityNumber'),
    severityText: node.text('severityText'),
    body: anyValue(node.child('body')),
    eventName: node.text('eventName'),
    traceId: id(node, 'traceId', 16),
    spanId: id(node, 'spanId', 8),
    flags: uint32(node, 'flags'),
    attributes: attributes(node),
    dropped: uint32(node, 'droppedAttributesCount'),
  };
}

function metric(node: Node): Row {
  const kind = node.member('data');
  const data = node.child(kind);
  return {
    name: node.text('name'),
    description: node.text('description'),
    unit: node.text('unit'),
    kind,
    temporality: enumeration(data, 'aggregationTemporality'),
    isMonotonic: data.get('isMonotonic') === true,
    metadata: attributes(node, 'metadata'),
    points: data.list('dataPoints').map((item) => ({
      start: item.long('startTimeUnixNano'),
      time: item.long('timeUnixNano'),
      flags: uint32(item, 'flags'),
      attributes: attributes(item),
      ...point(kind, item),
    })),
  };
}

function point(kind: string, node: Node): Row {
  switch (kind) {
    case 'histogram':
      return {
        ...presence(node),
        buckets: node.values('bucketCounts').map(longText),
        bounds: node.values('explicitBounds').map((value) => double(Number(value))),
        exemplars: exemplars(node),
      };
    case 'exponentialHistogram':
      return {
        ...presence(node),
        scale: node.number('scale'),
        zeroCount: node.long('zeroCount'),
        zeroThreshold: double(node.number('zeroThreshold')),
        positive: buckets(node.child('positive')),
        negative: buckets(node.child('negative')),
        exemplars: exemplars(node),
      };
    case 'summary':
      return {
        count: node.long('count'),
        sum: double(node.number('sum')),
        quantiles: node
          .list('quantileValues')
          .map((pair) => [double(pair.number('quantile')), double(pair.number('value'))]),
      };
    default:
      return { value: number(node), exemplars: exemplars(node) };
  }
}

function presence(node: Node): Row {
  const optional = (name: string): string =>
    node.has(name) ? double(node.number(name)) : 'absent';
  return {
    count: node.long('count'),
    sum: optional('sum'),
    min: optional('min'),
    max: optional('max'),
  };
}

function buckets(node: Node): Row {
  return { offset: node.number('offset'), counts: node.values('bucketCounts').map(longText) };
}

function number(node: Node): Cell {
  const member = node.member('value');
  if (member === 'asDouble') return [member, double(node.number(member))];
  if (member === 'asInt') return [member, node.long(member)];
  return ['none'];
}

function exemplars(node: Node): Cell[] {
  return node.list('exemplars').map((item) => ({
    time: item.long('timeUnixNano'),
    value: number(item),
    traceId: id(item, 'traceId', 16),
    spanId: id(item, 'spanId', 8),
    attributes: attributes(item, 'filteredAttributes'),
  }));
}
