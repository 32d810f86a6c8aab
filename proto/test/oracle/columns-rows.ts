import {
  AnyValueType,
  type AttributeList,
  type ByteRun,
  type Columns,
  type ExemplarColumns,
  type ExponentialHistogramPointColumns,
  FIRST_ENCODED_TYPE,
  type HistogramPointColumns,
  HistogramPresence,
  type LogColumns,
  type MetricColumns,
  MetricKind,
  type NumberPointColumns,
  NumberType,
  type PointColumns,
  type SpanColumns,
  type SummaryPointColumns,
} from '../../src/index.ts';
import { bytes, entry, longs, native, range, text, words } from './cells.ts';
import { oracleAnyValue } from './oracle.ts';
import { anyValue, double } from './oracle-rows.ts';
import { dictionaryOf, profileRow } from './profile-columns-rows.ts';
import type { Cell, Row } from './rows.ts';

/** Every cell of a batch as plain rows, read the slow and obvious way. */
export function columnsRows(columns: Columns): Row[] {
  const rows: Row[] = [];
  for (let row = 0; row < columns.count; row++) {
    const { resources, scopes } = columns;
    const r = columns.resource[row];
    const s = columns.scope[row];
    rows.push({
      resource: {
        attributes: attributes(resources.attributes, resources.attributeEnd, r),
        dropped: resources.droppedAttributesCount[r],
      },
      resourceSchemaUrl: entry(columns.schemaUrls, columns.resourceSchemaUrl[row]),
      scope: {
        name: entry(scopes.names, scopes.name[s]),
        version: entry(scopes.versions, scopes.version[s]),
        attributes: attributes(scopes.attributes, scopes.attributeEnd, s),
        dropped: scopes.droppedAttributesCount[s],
      },
      scopeSchemaUrl: entry(columns.schemaUrls, columns.scopeSchemaUrl[row]),
      ...rowOf(columns, row),
    });
  }
  if (columns.signal === 'profiles') {
    for (let segment = 0; segment < columns.segments.count; segment++) {
      rows.push({ dictionary: dictionaryOf(columns.dictionary, segment, value) });
    }
  }
  return rows;
}

function rowOf(columns: Columns, row: number): Row {
  switch (columns.signal) {
    case 'traces':
      return span(columns, row);
    case 'logs':
      return log(columns, row);
    case 'metrics':
      return metric(columns, row);
    case 'profiles':
      return profileRow(columns, row);
  }
}

function attributes(list: AttributeList, end: Uint32Array, row: number): Cell[] {
  return range(end, row).map((i) => [
    entry(list.keyDictionary, list.keys[i]),
    value(list.types[i], native(list.values, list.valueStart[i])),
  ]);
}

function value(type: number, content: string): Cell {
  if (type >= FIRST_ENCODED_TYPE) return anyValue(oracleAnyValue(Buffer.from(content, 'latin1')));
  switch (type) {
    case AnyValueType.empty:
      return content === '' ? ['empty'] : ['empty', content];
    case AnyValueType.bool:
      return ['boolValue', content === 'true'];
    case AnyValueType.int:
      return ['intValue', content];
    case AnyValueType.double:
      return ['doubleValue', content];
    default:
      return ['stringValue', content];
  }
}

function span(c: SpanColumns, row: number): Row {
  const { events, links } = c;
  return {
    traceId: bytes(c.traceId, row, 16),
    spanId: bytes(c.spanId, row, 8),
    parentSpanId: bytes(c.parentSpanId, row, 8),
    traceState: text(c.traceState, row),
    flags: c.flags[row],
    name: entry(c.names, c.name[row]),
    kind: c.kind[row],
    start: words(c.startUnixNano, row),
    end: words(c.endUnixNano, row),
    statusCode: c.statusCode[row],
    statusMessage: text(c.statusMessage, row),
    attributes: attributes(c.attributes, c.attributeEnd, row),
    dropped: c.droppedAttributesCount[row],
    droppedEvents: c.droppedEventsCount[row],
    droppedLinks: c.droppedLinksCount[row],
    events: range(c.eventEnd, row).map((i) => ({
      time: words(events.timeUnixNano, i),
      name: entry(events.names, events.name[i]),
      attributes: attributes(events.attributes, events.attributeEnd, i),
      dropped: events.droppedAttributesCount[i],
    })),
    links: range(c.linkEnd, row).map((i) => ({
      traceId: bytes(links.traceId, i, 16),
      spanId: bytes(links.spanId, i, 8),
      traceState: text(links.traceState, i),
      flags: links.flags[i],
      attributes: attributes(links.attributes, links.attributeEnd, i),
      dropped: links.droppedAttributesCount[i],
    })),
  };
}

function log(c: LogColumns, row: number): Row {
  return {
    time: words(c.timeUnixNano, row),
    observed: words(c.observedTimeUnixNano, row),
    severityNumber: c.severityNumber[row],
    severityText: entry(c.severityTexts, c.severityText[row]),
    body: value(c.bodyType[row], text(c.body, row)),
    eventName: entry(c.eventNames, c.eventName[row]),
    traceId: bytes(c.traceId, row, 16),
    spanId: bytes(c.spanId, row, 8),
    flags: c.flags[row],
    attributes: attributes(c.attributes, c.attributeEnd, row),
    dropped: c.droppedAttributesCount[row],
  };
}

const KINDS: Readonly<Record<number, string>> = {
  [MetricKind.none]: '',
  [MetricKind.gauge]: 'gauge',
  [MetricKind.sum]: 'sum',
  [MetricKind.histogram]: 'histogram',
  [MetricKind.exponentialHistogram]: 'exponentialHistogram',
  [MetricKind.summary]: 'summary',
};

function metric(c: MetricColumns, row: number): Row {
  return {
    name: entry(c.names, c.name[row]),
    description: entry(c.descriptions, c.description[row]),
    unit: entry(c.units, c.unit[row]),
    kind: KINDS[c.kind[row]] ?? 'unknown',
    temporality: c.temporality[row],
    isMonotonic: c.isMonotonic[row] === 1,
    metadata: attributes(c.metadata, c.metadataEnd, row),
    points: points(c, row),
  };
}

function points(c: MetricColumns, row: number): Cell[] {
  switch (c.kind[row]) {
    case MetricKind.histogram:
      return own(c.histograms, row).map((i) => ({
        ...point(c.histograms, i),
        ...histogram(c.histograms, i),
      }));
    case MetricKind.exponentialHistogram:
      return own(c.exponentialHistograms, row).map((i) => ({
        ...point(c.exponentialHistograms, i),
        ...exponential(c.exponentialHistograms, i),
      }));
    case MetricKind.summary:
      return own(c.summaries, row).map((i) => ({
        ...point(c.summaries, i),
        ...summary(c.summaries, i),
      }));
    default:
      return own(c.numbers, row).map((i) => ({
        ...point(c.numbers, i),
        value: number(c.numbers, i),
        exemplars: exemplars(c.numbers.exemplars, c.numbers.exemplarEnd, i),
      }));
  }
}

function own(table: PointColumns, metricRow: number): number[] {
  const rows: number[] = [];
  for (let i = 0; i < table.count; i++) if (table.metric[i] === metricRow) rows.push(i);
  return rows;
}

function point(table: PointColumns, i: number): Row {
  return {
    start: words(table.startTimeUnixNano, i),
    time: words(table.timeUnixNano, i),
    flags: table.flags[i],
    attributes: attributes(table.attributes, table.attributeEnd, i),
  };
}

function number(c: NumberPointColumns | ExemplarColumns, i: number): Cell {
  if (c.valueType[i] === NumberType.double) return ['asDouble', double(c.double[i])];
  if (c.valueType[i] === NumberType.int) {
    const int = words(c.int, i);
    const exact = BigInt.asIntN(64, BigInt(`0x${int}`));
    if (Number(exact) !== c.double[i]) throw new Error(`${exact} and ${c.double[i]}`);
    return ['asInt', int];
  }
  return ['none'];
}

function exemplars(c: ExemplarColumns, end: Uint32Array, row: number): Cell[] {
  return range(end, row).map((i) => ({
    time: words(c.timeUnixNano, i),
    value: number(c, i),
    traceId: bytes(c.traceId, i, 16),
    spanId: bytes(c.spanId, i, 8),
    attributes: attributes(c.attributes, c.attributeEnd, i),
  }));
}

function presence(c: HistogramPointColumns | ExponentialHistogramPointColumns, i: number): Row {
  const optional = (bit: number, column: Float64Array): string =>
    (c.presence[i] & bit) !== 0 ? double(column[i]) : 'absent';
  return {
    count: words(c.countValue, i),
    sum: optional(HistogramPresence.sum, c.sum),
    min: optional(HistogramPresence.min, c.min),
    max: optional(HistogramPresence.max, c.max),
  };
}

function doubles(run: ByteRun, end: Uint32Array, row: number): string[] {
  return range(end, row).map((i) => double(run.view.getFloat64(i * 8, true)));
}

function histogram(c: HistogramPointColumns, i: number): Row {
  return {
    ...presence(c, i),
    buckets: longs(c.bucketCounts, c.bucketEnd, i),
    bounds: doubles(c.explicitBounds, c.boundEnd, i),
    exemplars: exemplars(c.exemplars, c.exemplarEnd, i),
  };
}

function exponential(c: ExponentialHistogramPointColumns, i: number): Row {
  return {
    ...presence(c, i),
    scale: c.scale[i],
    zeroCount: words(c.zeroCount, i),
    zeroThreshold: double(c.zeroThreshold[i]),
    positive: {
      offset: c.positiveOffset[i],
      counts: longs(c.positiveCounts, c.positiveEnd, i),
    },
    negative: {
      offset: c.negativeOffset[i],
      counts: longs(c.negativeCounts, c.negativeEnd, i),
    },
    exemplars: exemplars(c.exemplars, c.exemplarEnd, i),
  };
}

function summary(c: SummaryPointColumns, i: number): Row {
  const values = doubles(c.quantileValues, c.quantileEnd, i);
  return {
    count: words(c.countValue, i),
    sum: double(c.sum[i]),
    quantiles: doubles(c.quantiles, c.quantileEnd, i).map((quantile, k) => [quantile, values[k]]),
  };
}
