import { describe, expect, it } from 'vitest';
import {
  AttributeEditor,
  decodeRequests,
  EncodedValue,
  encodeNestedValue,
  jsonToProtobuf,
  type NestedValue,
  readNestedValue,
} from '../src/index.ts';

describe('values inside values', () => {
  it('come back as they were written, with their types', () => {
    const tree = new Map<string, NestedValue>([
      ['text', 'ä'],
      ['least', -(2n ** 63n)],
      ['most', 2n ** 63n - 1n],
      ['half', 0.5],
      ['whole', 1],
      ['yes', true],
      ['no', false],
      ['nothing', null],
      ['bytes', Uint8Array.of(1, 2, 255)],
      ['list', [1n, 'a', [], new Map()]],
    ]);
    expect(readNestedValue(encodeNestedValue(tree))).toEqual(tree);
    expect(readNestedValue(encodeNestedValue([tree, tree]))).toEqual([tree, tree]);
    const bytes = Uint8Array.of(0, 200);
    expect(readNestedValue(encodeNestedValue(bytes))).toEqual(bytes);
  });

  it('are read as other writers encode them', () => {
    const kvlist = {
      values: [
        { key: 'a', value: { intValue: '-3' } },
        { key: 'a', value: { intValue: '4' } },
        { key: 'b', value: { arrayValue: { values: [{ boolValue: true }, {}] } } },
      ],
    };
    const attributes = [{ key: 'k', value: { kvlistValue: kvlist } }];
    const json = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes }] }] }] };
    const bytes = jsonToProtobuf('logs', JSON.stringify(json));
    const request = { signal: 'logs', bytes, itemCount: 1, tenant: '', receivedUnixMs: 0 } as const;
    const columns = decodeRequests('logs', [request]);
    if (columns.signal !== 'logs') throw new Error('logs expected');
    const editor = new AttributeEditor(columns);
    editor.openRow(0);
    const value = editor.valueAt(0);
    if (!(value instanceof EncodedValue)) throw new Error('a list expected');
    const expected = new Map<string, NestedValue>([
      ['a', -3n],
      ['b', [true, null]],
    ]);
    expect(readNestedValue(value)).toEqual(expected);
  });
});

describe('integers of attributes', () => {
  it.each([0n, 7n, -7n, 10n ** 14n, -(10n ** 14n), 10n ** 15n, 2n ** 63n - 1n, -(2n ** 63n)])(
    '%s is read as it was written',
    (value) => {
      const attributes = [{ key: 'k', value: { intValue: String(value) } }];
      const json = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes }] }] }] };
      const bytes = jsonToProtobuf('logs', JSON.stringify(json));
      const rest = { itemCount: 1, tenant: '', receivedUnixMs: 0 } as const;
      const columns = decodeRequests('logs', [{ signal: 'logs', bytes, ...rest }]);
      if (columns.signal !== 'logs') throw new Error('logs expected');
      const editor = new AttributeEditor(columns);
      editor.openRow(0);
      expect(editor.valueAt(0)).toBe(value);
    },
  );
});
