import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnyValue,
  AttributeEditor,
  type AttributeValue,
  decodeRequests,
  denseColumns,
  dictionaryText,
  encodeRequest,
  removeKey,
  type SpanColumns,
  selectSpans,
  withSpans,
} from '../src/index.ts';
import { nativeStart, nativeString } from '../src/read/native-text.ts';

type Row = [key: string, value: AttributeValue][];
type BatchRow = [entries: Row, changes: Edit[]];
type Edit =
  | { readonly does: 'set' | 'append'; readonly key: string; readonly value: AttributeValue }
  | { readonly does: 'remove'; readonly key: string }
  | { readonly does: 'clear' };

const key: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'key.of.some.length', 'é');
const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.string({ maxLength: 200, unit: 'grapheme' }),
  fc.constantFrom('', 'a', '\uFEFFmarked', 'é'.repeat(100)),
  fc.boolean(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -1000n, max: 1000n }),
  fc.double({ noNaN: true }),
);
const row: fc.Arbitrary<Row> = fc.array(fc.tuple(key, value), { maxLength: 50 });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ does: fc.constantFrom('set' as const, 'append' as const), key, value }),
  fc.record({ does: fc.constant('remove' as const), key }),
  fc.constant({ does: 'clear' } as const),
);
const batch = fc.array(fc.tuple(row, fc.array(edit, { maxLength: 6 })), {
  minLength: 1,
  maxLength: 8,
});

function spansOf(rows: readonly Row[]): SpanColumns {
  const spans = rows.map((attributes) => ({
    traceId: '01'.repeat(16),
    spanId: '02'.repeat(8),
    name: 'work',
    startTimeUnixNano: 1n,
    endTimeUnixNano: 2n,
    attributes: attributes.map(([name, one]) => ({ key: name, value: anyValue(one) })),
  }));
  const bytes = encodeRequest('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const request = { signal: 'traces', bytes, itemCount: rows.length } as const;
  const columns = decodeRequests('traces', [{ ...request, tenant: '', receivedUnixMs: 0 }]);
  if (columns.signal !== 'traces') throw new Error('no spans');
  return columns;
}

function anyValue(one: AttributeValue): AnyValue {
  switch (typeof one) {
    case 'string':
      return { stringValue: one };
    case 'boolean':
      return { boolValue: one };
    case 'bigint':
      return { intValue: one };
    case 'number':
      return { doubleValue: one };
    default:
      throw new Error('no such value is made');
  }
}

/** As a list of entries is edited. */
function editPlainly(entries: Row, change: Edit): Row {
  switch (change.does) {
    case 'set':
      return entries.map(([name, old]) => [name, name === change.key ? change.value : old]);
    case 'append':
      return [...entries, [change.key, change.value]];
    case 'remove':
      return entries.filter(([name]) => name !== change.key);
    default:
      return [];
  }
}

function editInPlace(editor: AttributeEditor, change: Edit): void {
  if (change.does === 'clear') {
    editor.clear();
    return;
  }
  if (change.does === 'append') {
    editor.append(editor.internKey(change.key), change.value);
    return;
  }
  const id = editor.findKey(change.key);
  if (id === -1) return;
  if (change.does === 'remove') {
    removeKey(editor, id);
    return;
  }
  for (let i = editor.indexOf(id); i !== -1; i = editor.indexOf(id, i + 1)) {
    editor.set(i, change.value);
  }
}

function openEntries(editor: AttributeEditor): Row {
  return Array.from({ length: editor.count }, (_, i): [string, AttributeValue] => [
    dictionaryText(editor.dictionary, editor.keyAt(i)),
    editor.valueAt(i),
  ]);
}

function editRows(columns: SpanColumns, rows: readonly BatchRow[], skipped: number): SpanColumns {
  const editor = new AttributeEditor(columns);
  for (const [at, [, changes]] of rows.entries()) {
    editor.openRow(at);
    for (const change of changes.slice(Math.max(0, skipped))) editInPlace(editor, change);
  }
  return withSpans(columns, editor.finish(rows.length));
}

function rowsOf(columns: SpanColumns): Row[] {
  const reader = new AttributeEditor(columns);
  return Array.from({ length: columns.count }, (_, row) => {
    reader.openRow(row);
    return openEntries(reader);
  });
}

function denseSpans(columns: SpanColumns): SpanColumns {
  const dense = denseColumns(columns);
  if (dense.signal !== 'traces') throw new Error('no spans');
  expect(denseColumns(dense)).toBe(dense);
  return dense;
}

describe('edits of attributes', () => {
  it('are those of plain lists, row by row and once all are written', () => {
    fc.assert(
      fc.property(batch, (rows) => {
        const columns = spansOf(rows.map(([entries]) => entries));
        const editor = new AttributeEditor(columns);
        const expected = rows.map(([entries, changes], at) => {
          editor.openRow(at);
          for (const change of changes) editInPlace(editor, change);
          const wanted = changes.reduce(editPlainly, entries);
          expect(openEntries(editor)).toEqual(wanted);
          return wanted;
        });
        const reader = new AttributeEditor({ ...columns, ...editor.finish(rows.length) });
        for (const [at, wanted] of expected.entries()) {
          reader.openRow(at);
          expect(openEntries(reader)).toEqual(wanted);
        }
      }),
    );
  });

  it('leave the source and what another edit made of it as they are', () => {
    fc.assert(
      fc.property(batch, (rows) => {
        const columns = spansOf(rows.map(([entries]) => entries));
        const edited = [0, 1].map((skipped) => editRows(columns, rows, skipped));
        const again = edited.map((spans) => editRows(spans, rows, -1));
        expect(rowsOf(columns)).toEqual(rows.map(([entries]) => entries));
        for (const [skipped, spans] of edited.entries()) {
          const wanted = rows.map(([entries, changes]) =>
            changes.slice(skipped).reduce(editPlainly, entries),
          );
          expect(rowsOf(spans)).toEqual(wanted);
          expect(rowsOf(denseSpans(spans))).toEqual(wanted);
        }
        for (const [skipped, spans] of again.entries()) {
          const wanted = rows.map(([entries, changes]) =>
            [...changes.slice(skipped), ...changes].reduce(editPlainly, entries),
          );
          expect(rowsOf(spans)).toEqual(wanted);
        }
      }),
    );
  });

  it('lie end to end once they are made dense', () => {
    fc.assert(
      fc.property(batch, (rows) => {
        const columns = spansOf(rows.map(([entries]) => entries));
        const spans = denseSpans(editRows(columns, rows, 0));
        const keep = Uint8Array.from(rows, (_, row) => row % 2);
        const dropped = denseSpans(selectSpans(spans, keep));
        expect(rowsOf(dropped)).toEqual(rowsOf(spans).filter((_, row) => row % 2 === 1));
        for (const { attributes } of [spans, dropped]) {
          const { count, valueStart, values } = attributes;
          let end = 0;
          for (let i = 0; i < count; i++) {
            expect(valueStart[i]).toBe(end);
            const start = nativeStart(values.bytes, end);
            end = start + nativeString.length;
          }
          expect(values.length).toBe(end);
        }
      }),
    );
  });

  it('say of a value in place what the value says', () => {
    fc.assert(
      fc.property(row, value, (entries, other) => {
        const editor = new AttributeEditor(spansOf([entries]));
        editor.openRow(0);
        const text = typeof other === 'string' ? other : 'a';
        for (const [i, [, one]] of entries.entries()) {
          expect(editor.isText(i, Buffer.from(text))).toBe(one === text);
          if (typeof one === 'string') expect(editor.isText(i, Buffer.from(one))).toBe(true);
          const short = editor.shortInteger(i);
          if (typeof one !== 'bigint') expect(short).toBeNaN();
          else if (one > -1000n && one < 1000n) expect(BigInt(short)).toBe(one);
          else if (!Number.isNaN(short)) expect(BigInt(short)).toBe(one);
        }
      }),
    );
  });
});
