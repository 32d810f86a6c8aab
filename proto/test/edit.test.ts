import { describe, expect, it } from 'vitest';
import {
  AnyValueType,
  type AttributeEditor,
  type Columns,
  decodeLogs,
  decodeMetrics,
  decodeRequests,
  decodeTraces,
  dictionaryText,
  EncodedValue,
  jsonToProtobuf,
  LogColumns,
  LogEditor,
  MetricColumns,
  MetricEditor,
  PointEditor,
  rewriteAttributes,
  rewritePoints,
  rewriteResources,
  type Signal,
  SpanColumns,
  SpanEditor,
  scanRequest,
  selectLogs,
  selectPoints,
  selectSpanEvents,
  selectSpans,
  withSpans,
} from '../src/index.ts';
import { requestOf } from '../src/schema/request-of.ts';
import { columnsRows } from './oracle/columns-rows.ts';
import { oracleRows } from './oracle/oracle-rows.ts';
import { Random, randomMessage } from './oracle/random-wire.ts';
import type { Cell, Row } from './oracle/rows.ts';

const SIGNALS: readonly Signal[] = ['traces', 'logs', 'metrics'];
const BATCHES = 30;
const REQUESTS_PER_BATCH = 4;

interface Batch {
  readonly columns: Columns;
  /** What protobufjs reads from the same bytes. */
  readonly rows: Row[];
  readonly random: Random;
}

/** Batches of several odd but valid requests. */
function* batchesOf(signal: Signal): Generator<Batch> {
  for (let seed = 1; seed <= BATCHES; seed++) {
    const random = new Random(seed);
    const messages = Array.from({ length: REQUESTS_PER_BATCH }, () =>
      randomMessage(random, requestOf(signal)),
    );
    const columns = decodeRequests(
      signal,
      messages.map((bytes, i) => ({
        signal,
        bytes,
        itemCount: scanRequest(signal, bytes),
        tenant: `tenant-${i % 2}`,
        receivedUnixMs: i,
      })),
    );
    yield { columns, rows: messages.flatMap((bytes) => oracleRows(signal, bytes)), random };
  }
}

function* spanBatches(): Generator<Batch & { readonly columns: SpanColumns }> {
  for (const { columns, ...batch } of batchesOf('traces')) {
    if (columns.signal === 'traces') yield { ...batch, columns };
  }
}

function* logBatches(): Generator<Batch & { readonly columns: LogColumns }> {
  for (const { columns, ...batch } of batchesOf('logs')) {
    if (columns.signal === 'logs') yield { ...batch, columns };
  }
}

function* metricBatches(): Generator<Batch & { readonly columns: MetricColumns }> {
  for (const { columns, ...batch } of batchesOf('metrics')) {
    if (columns.signal === 'metrics') yield { ...batch, columns };
  }
}

function randomMask(random: Random, count: number): Uint8Array {
  const share = random.next();
  return Uint8Array.from({ length: count }, () => (random.chance(share) ? 1 : 0));
}

/** Which request each row came with, by the segments. */
function segmentsOf(columns: Columns): string[] {
  const { segments } = columns;
  const rows: string[] = [];
  for (let i = 0; i < segments.count; i++) {
    while (rows.length < segments.rowEnd[i]) {
      rows.push(`${segments.tenant[i]} ${segments.receivedUnixMs[i]}`);
    }
  }
  return rows;
}

/** Every cell, to see later that nothing wrote into the source. */
function snapshot(columns: Columns): string {
  return JSON.stringify([columnsRows(columns), segmentsOf(columns)]);
}

describe('selecting rows', () => {
  it('gives the same columns when all rows are kept', () => {
    for (const { columns } of spanBatches()) {
      expect(selectSpans(columns, new Uint8Array(columns.count).fill(1))).toBe(columns);
    }
    for (const { columns } of metricBatches()) expect(selectPoints(columns, {})).toBe(columns);
  });

  it('keeps exactly the spans of the mask, with their requests', () => {
    for (const { columns, rows, random } of spanBatches()) {
      const before = snapshot(columns);
      const keep = randomMask(random, columns.count);
      const selected = selectSpans(columns, keep);
      expect(columnsRows(selected)).toEqual(rows.filter((_, row) => keep[row] === 1));
      expect(segmentsOf(selected)).toEqual(segmentsOf(columns).filter((_, row) => keep[row] === 1));
      expect(snapshot(columns)).toBe(before);
    }
  });

  it('keeps exactly the log records of the mask, with their requests', () => {
    for (const { columns, rows, random } of logBatches()) {
      const keep = randomMask(random, columns.count);
      const selected = selectLogs(columns, keep);
      expect(columnsRows(selected)).toEqual(rows.filter((_, row) => keep[row] === 1));
      expect(segmentsOf(selected)).toEqual(segmentsOf(columns).filter((_, row) => keep[row] === 1));
    }
  });

  it('keeps exactly the points of the masks, and no metric without points', () => {
    for (const { columns, rows, random } of metricBatches()) {
      const tables = ['numbers', 'histograms', 'exponentialHistograms', 'summaries'] as const;
      const metrics = randomMask(random, columns.count);
      const points = tables.map((name) => randomMask(random, columns[name].count));
      const [numbers, histograms, exponentialHistograms, summaries] = points;
      const selected = selectPoints(columns, {
        metrics,
        numbers,
        histograms,
        exponentialHistograms,
        summaries,
      });
      if (selected === columns) continue;
      const next = [0, 0, 0, 0];
      const expected = rows.flatMap((row, metric): Row[] => {
        const table =
          { histogram: 1, exponentialHistogram: 2, summary: 3 }[String(row['kind'])] ?? 0;
        const all = Array.isArray(row['points']) ? row['points'] : [];
        const kept = all.filter(() => points[table]?.[next[table]++] === 1);
        return metrics[metric] === 1 && kept.length > 0 ? [{ ...row, points: kept }] : [];
      });
      expect(columnsRows(selected)).toEqual(expected);
    }
  });

  it('keeps exactly the span events of the mask', () => {
    for (const { columns, rows, random } of spanBatches()) {
      const keep = randomMask(random, columns.events.count);
      let event = 0;
      const expected = rows.map((row) => ({
        ...row,
        events: cells(row['events']).filter(() => keep[event++] === 1),
      }));
      expect(columnsRows(selectSpanEvents(columns, keep))).toEqual(expected);
    }
  });
});

function cells(cell: Cell | undefined): Cell[] {
  return Array.isArray(cell) ? cell : [];
}

/** Writes every attribute of the open row over itself. */
function rewriteAll(attributes: AttributeEditor): void {
  for (let i = 0; i < attributes.count; i++) attributes.set(i, attributes.valueAt(i));
}

describe('edits that change nothing', () => {
  it('give the same object when nothing is written', () => {
    for (const { columns } of spanBatches()) {
      const editor = new SpanEditor(columns);
      for (let row = 0; row < columns.count; row++) {
        editor.openRow(row);
        const name = editor.name;
        editor.name = name;
        const kind = editor.kind;
        editor.kind = kind;
      }
      expect(editor.finish()).toBe(columns);
    }
  });

  it('give equal cells when every cell of spans is written over itself', () => {
    for (const { columns, rows } of spanBatches()) {
      const before = snapshot(columns);
      const editor = new SpanEditor(columns);
      for (let row = 0; row < columns.count; row++) {
        editor.openRow(row);
        const statusMessage = editor.statusMessage;
        editor.statusMessage = statusMessage;
        const traceState = editor.traceState;
        editor.traceState = traceState;
        const startUnixNano = editor.startUnixNano;
        editor.startUnixNano = startUnixNano;
        rewriteAll(editor.attributes);
        rewriteAll(editor.group.resourceAttributes);
        rewriteAll(editor.group.scopeAttributes);
        const scopeName = editor.group.scopeName;
        editor.group.scopeName = scopeName;
        const scopeVersion = editor.group.scopeVersion;
        editor.group.scopeVersion = scopeVersion;
      }
      const edited = editor.finish();
      expect(columnsRows(edited)).toEqual(rows);
      if (columns.count > 0) expect(fingerprint(edited)).toEqual(fingerprint(columns));
      expect(snapshot(columns)).toBe(before);
    }
  });

  it('give equal cells when every cell of log records is written over itself', () => {
    for (const { columns, rows } of logBatches()) {
      const editor = new LogEditor(columns);
      for (let row = 0; row < columns.count; row++) {
        editor.openRow(row);
        const body = editor.body;
        editor.body = body;
        rewriteAll(editor.attributes);
      }
      expect(columnsRows(editor.finish())).toEqual(rows);
    }
  });

  it('give equal cells when every attribute of points is written over itself', () => {
    for (const { columns, rows } of metricBatches()) {
      const edited = rewritePoints(columns, (points) => rewriteAttributes(points, rewriteAll));
      expect(columnsRows(edited)).toEqual(rows);
    }
  });
});

/** Of the resource of the first row. */
function fingerprint({ resource, resources }: SpanColumns): Uint32Array {
  return resources.fingerprint.slice(resource[0] * 2, resource[0] * 2 + 2);
}

describe('edits', () => {
  it('of spans are what the same edits of protobufjs objects are', () => {
    for (const { columns, rows, random } of spanBatches()) {
      const before = snapshot(columns);
      const editor = new SpanEditor(columns);
      const expected = rows.map((row) => structuredClone(row));
      for (let row = 0; row < columns.count; row++) {
        if (random.chance(0.3)) continue;
        editor.openRow(row);
        const target = expected[row];
        if (random.chance(0.5)) {
          editor.name = `renamed ${row % 3}`;
          target['name'] = `renamed ${row % 3}`;
        }
        if (random.chance(0.3)) {
          editor.statusMessage = 'x'.repeat(row * 40);
          target['statusMessage'] = 'x'.repeat(row * 40);
          editor.statusCode = 2;
          target['statusCode'] = 2;
        }
        if (random.chance(0.3)) {
          editor.endUnixNano = 2n ** 63n + 7n;
          target['end'] = '8000000000000007';
        }
        target['attributes'] = editAttributes(
          random,
          editor.attributes,
          cells(target['attributes']),
        );
      }
      expect(columnsRows(editor.finish())).toEqual(expected);
      expect(snapshot(columns)).toBe(before);
    }
  });

  it('of log records are what the same edits of protobufjs objects are', () => {
    for (const { columns, rows, random } of logBatches()) {
      const editor = new LogEditor(columns);
      const expected = rows.map((row) => structuredClone(row));
      for (let row = 0; row < columns.count; row++) {
        if (random.chance(0.3)) continue;
        editor.openRow(row);
        const target = expected[row];
        if (random.chance(0.5)) {
          editor.body = 'first';
          editor.body = BigInt(row);
          target['body'] = ['intValue', String(row)];
        }
        if (random.chance(0.5)) {
          editor.severityText = 'WARN';
          editor.severityNumber = 13;
          target['severityText'] = 'WARN';
          target['severityNumber'] = 13;
        }
        target['attributes'] = editAttributes(
          random,
          editor.attributes,
          cells(target['attributes']),
        );
      }
      expect(columnsRows(editor.finish())).toEqual(expected);
    }
  });

  it('of metrics and points reach what they name', () => {
    for (const { columns, rows } of metricBatches()) {
      const editor = new MetricEditor(columns);
      for (let row = 0; row < columns.count; row++) {
        editor.openRow(row);
        editor.unit = 'ms';
        editor.name = `${row}`;
      }
      const renamed = editor.finish();
      const edited = rewritePoints(renamed, (points) => {
        const each = new PointEditor(points);
        for (let row = 0; row < points.count; row++) {
          each.openRow(row);
          each.timeUnixNano = 1n;
          each.attributes.append(each.attributes.internKey('metric'), BigInt(each.metric));
        }
        return each.finish();
      });
      const expected = rows.map((row, metric) => ({
        ...row,
        unit: 'ms',
        name: `${metric}`,
        points: cells(row['points']).map((point) => ({
          ...Object(point),
          time: '0000000000000001',
          attributes: [
            ...cells(Object(point)['attributes']),
            ['metric', ['intValue', `${metric}`]],
          ],
        })),
      }));
      expect(columnsRows(edited)).toEqual(expected);
    }
  });

  it('of resources change message, fingerprint and every row alike', () => {
    for (const { columns, rows } of spanBatches()) {
      const changes = rewriteResources(columns, (attributes) => {
        attributes.append(attributes.internKey('service.name'), 'gateway');
      });
      if (columns.resources.count === 0) continue;
      const edited = withSpans(columns, { ...changes });
      const expected = rows.map((row) => ({
        ...row,
        resource: {
          ...Object(row['resource']),
          attributes: [
            ...cells(Object(row['resource'])['attributes']),
            ['service.name', ['stringValue', 'gateway']],
          ],
        },
      }));
      expect(columnsRows(edited)).toEqual(expected);
    }
  });
});

/** The same random edits of an open row and of protobufjs' attributes. */
function editAttributes(random: Random, attributes: AttributeEditor, rows: Cell[]): Cell[] {
  const edited = [...rows];
  for (let steps = random.below(5); steps > 0; steps--) {
    const at = random.below(edited.length + 1);
    if (at < edited.length && random.chance(0.5)) {
      attributes.remove(at);
      edited.splice(at, 1);
    } else if (at < edited.length) {
      attributes.set(at, 'y'.repeat(200));
      edited[at] = [cells(edited[at])[0] ?? '', ['stringValue', 'y'.repeat(200)]];
    } else {
      const value = BigInt.asIntN(64, -(2n ** 63n) + BigInt(steps));
      attributes.append(attributes.internKey(`new ${steps}`), value);
      edited.push([`new ${steps}`, ['intValue', String(value)]]);
    }
  }
  expect(attributes.count).toBe(edited.length);
  return edited;
}

/** OTLP/JSON as protobuf. */
function encode(signal: Signal, request: object): Uint8Array {
  return jsonToProtobuf(signal, JSON.stringify(request));
}

function spansOf(...names: readonly string[]): SpanColumns {
  const columns = new SpanColumns();
  const resource = { attributes: [{ key: 'host', value: { stringValue: 'a' } }] };
  const bytes = encode('traces', {
    resourceSpans: names.map((name) => ({
      resource,
      scopeSpans: [{ scope: { name: 'lib' }, spans: [{ name }] }],
    })),
  });
  decodeTraces(columns, bytes, { tenant: 'default', receivedUnixMs: 1 });
  decodeTraces(columns, bytes, { tenant: 'default', receivedUnixMs: 2 });
  return columns;
}

describe('the resource of an open row', () => {
  it('changes for the rows of its group, not for an equal one of another request', () => {
    const columns = spansOf('a', 'b');
    const editor = new SpanEditor(columns);
    for (let row = 0; row < columns.count; row++) {
      editor.openRow(row);
      if (row !== 1) continue;
      const { resourceAttributes: attributes } = editor.group;
      attributes.set(attributes.indexOf(attributes.findKey('host')), 'b');
      editor.group.scopeName = 'other';
      expect(editor.group.scopeName).toBe('other');
    }
    const edited = columnsRows(editor.finish());
    const hosts = edited.map((row) => JSON.stringify(Object(row['resource'])['attributes']));
    expect(hosts.map((host) => host.includes('"b"'))).toEqual([true, true, false, false]);
    expect(edited.map((row) => Object(row['scope'])['name'])).toEqual([
      'other',
      'other',
      'lib',
      'lib',
    ]);
  });
});

describe('values', () => {
  it('keep their type and every digit', () => {
    const columns = new LogColumns();
    const value = { arrayValue: { values: [{ intValue: '-9223372036854775808' }] } };
    const bytes = encode('logs', {
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes: [{ key: 'list', value }] }] }] }],
    });
    decodeLogs(columns, bytes, { tenant: 'default', receivedUnixMs: 1 });
    const editor = new LogEditor(columns);
    editor.openRow(0);
    const { attributes } = editor;
    const list = attributes.valueAt(0);
    expect(list).toBeInstanceOf(EncodedValue);
    for (const written of [
      2n ** 63n - 1n,
      -(2n ** 63n),
      0.1,
      -0,
      Number.NaN,
      true,
      '\u{1f9c0}',
      null,
    ]) {
      attributes.append(attributes.internKey('copy'), written);
      const at = attributes.count - 1;
      expect(Object.is(attributes.valueAt(at), written)).toBe(true);
    }
    attributes.append(attributes.internKey('copy'), list);
    expect(attributes.valueAt(attributes.count - 1)).toEqual(list);
    expect(editor.finish().attributes.encodedCount).toBe(2);
  });

  it('of the body count as encoded when they are', () => {
    const columns = new LogColumns();
    const bytes = encode('logs', {
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'a' } }] }] }],
    });
    decodeLogs(columns, bytes, { tenant: 'default', receivedUnixMs: 1 });
    const editor = new LogEditor(columns);
    editor.openRow(0);
    editor.body = new EncodedValue(AnyValueType.bytes, Uint8Array.of(0x3a, 1, 7));
    expect(editor.finish().encodedBodyCount).toBe(1);
  });
});

describe('columns that were selected', () => {
  it('are selected and edited again', () => {
    const columns = new MetricColumns();
    const bytes = encode('metrics', {
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: ['a', 'b', 'c'].map((name) => ({
                name,
                gauge: { dataPoints: [{ asInt: '1' }, { asInt: '2' }] },
              })),
            },
          ],
        },
      ],
    });
    decodeMetrics(columns, bytes, { tenant: 'default', receivedUnixMs: 1 });
    const first = selectPoints(columns, { metrics: Uint8Array.of(0, 1, 1) });
    const second = selectPoints(first, { numbers: Uint8Array.of(0, 0, 0, 1) });
    expect(columnsRows(second).map((row) => row['name'])).toEqual(['c']);
    expect(second.pointCount()).toBe(1);
  });

  it.each(SIGNALS)('may be all of no %s', (signal) => {
    const empty = decodeRequests(signal, []);
    if (empty.signal === 'traces') expect(selectSpans(empty, new Uint8Array(0))).toBe(empty);
    if (empty.signal === 'logs') expect(selectLogs(empty, new Uint8Array(0))).toBe(empty);
    expect(empty.count).toBe(0);
  });
});

describe('GroupEditor', () => {
  it('writes counts of dropped attributes and schema URLs of a group', () => {
    const record = { body: { stringValue: 'x' } };
    const scopeLogs = [{ scope: { name: 's' }, logRecords: [record, record] }];
    const json = { resourceLogs: [{ resource: { droppedAttributesCount: 3 }, scopeLogs }] };
    const bytes = jsonToProtobuf('logs', JSON.stringify(json));
    const columns = new LogColumns(4);
    decodeLogs(columns, bytes, { tenant: '', receivedUnixMs: 7 });
    const editor = new LogEditor(columns);
    editor.openRow(1);
    expect(editor.group.receivedUnixMs).toBe(7);
    expect(editor.group.resourceDroppedAttributesCount).toBe(3);
    editor.group.resourceDroppedAttributesCount = 0;
    editor.group.scopeDroppedAttributesCount = 300;
    editor.group.resourceSchemaUrl = 'https://a';
    editor.group.scopeSchemaUrl = 'https://b';
    expect(editor.group.resourceSchemaUrl).toBe('https://a');
    const edited = editor.finish();
    expect(edited.resources.droppedAttributesCount[edited.resource[0]]).toBe(0);
    expect(edited.scopes.droppedAttributesCount[edited.scope[0]]).toBe(300);
    expect(columns.resources.droppedAttributesCount[columns.resource[0]]).toBe(3);
    const urls = [...edited.resourceSchemaUrl, ...edited.scopeSchemaUrl];
    const texts = urls.map((id) => dictionaryText(edited.schemaUrls, id));
    expect(texts).toEqual(['https://a', 'https://a', 'https://b', 'https://b']);
    expect(columns.schemaUrls.count).toBe(1);
  });
});
