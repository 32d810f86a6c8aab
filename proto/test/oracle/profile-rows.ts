import { bytesText, longText, type Node } from './oracle.ts';
import type { Cell, Row } from './rows.ts';

/** Profiles of protobufjs as plain rows. */
export function profile(node: Node): Row {
  return {
    sampleType: valueType(node.child('sampleType')),
    periodType: valueType(node.child('periodType')),
    time: node.long('timeUnixNano'),
    duration: node.long('durationNano'),
    period: node.long('period'),
    profileId: id(node.text('profileId'), 16),
    dropped: node.number('droppedAttributesCount') >>> 0,
    payloadFormat: node.text('originalPayloadFormat'),
    payload: node.text('originalPayload'),
    attributes: indices(node, 'attributeIndices'),
    samples: node.list('samples').map((sample) => ({
      stack: sample.number('stackIndex'),
      link: sample.number('linkIndex'),
      attributes: indices(sample, 'attributeIndices'),
      values: sample.values('values').map(longText),
      timestamps: sample.values('timestampsUnixNano').map(longText),
    })),
  };
}

export function profileDictionary(node: Node, anyValue: (value: Node) => Cell): Row {
  return {
    mappings: node.list('mappingTable').map((row) => ({
      start: row.long('memoryStart'),
      limit: row.long('memoryLimit'),
      offset: row.long('fileOffset'),
      filename: row.number('filenameStrindex'),
      attributes: indices(row, 'attributeIndices'),
    })),
    locations: node.list('locationTable').map((row) => ({
      mapping: row.number('mappingIndex'),
      address: row.long('address'),
      lines: row
        .list('lines')
        .map((line) => [line.number('functionIndex'), line.long('line'), line.long('column')]),
      attributes: indices(row, 'attributeIndices'),
    })),
    functions: node
      .list('functionTable')
      .map((row) => [
        row.number('nameStrindex'),
        row.number('systemNameStrindex'),
        row.number('filenameStrindex'),
        row.long('startLine'),
      ]),
    links: node
      .list('linkTable')
      .map((row) => [id(row.text('traceId'), 16), id(row.text('spanId'), 8)]),
    strings: node.values('stringTable').map(bytesText),
    attributes: node
      .list('attributeTable')
      .map((row) => [
        row.number('keyStrindex'),
        anyValue(row.child('value')),
        row.number('unitStrindex'),
      ]),
    stacks: node.list('stackTable').map((row) => indices(row, 'locationIndices')),
  };
}

function valueType(node: Node): Cell {
  return [node.number('typeStrindex'), node.number('unitStrindex')];
}

function indices(node: Node, name: string): Cell {
  return node.values(name).map(Number);
}

function id(text: string, length: number): string {
  return text === '' ? '\0'.repeat(length) : text;
}
