import { AttributeList } from '../columns/attribute-list.ts';
import { ByteRun } from '../columns/byte-run.ts';
import type { ExemplarColumns } from '../columns/exemplar-columns.ts';
import type { Columns } from '../columns/index.ts';
import { nativeStart, nativeString } from '../read/native-text.ts';
import {
  withExemplars,
  withExponentialHistograms,
  withHistograms,
  withLogs,
  withMetrics,
  withNumbers,
  withSpanEvents,
  withSpanLinks,
  withSpans,
  withSummaries,
} from './copy-columns.ts';
import { copyBytes } from './gather.ts';

/**
 * The same batch with the values of every list of attributes end to end, in order: for whoever copies
 * them whole. The columns themselves where nothing was edited or dropped.
 */
export function denseColumns(columns: Columns): Columns {
  if (listsOf(columns).every(({ isDense }) => isDense)) return columns;
  switch (columns.signal) {
    case 'traces': {
      const { events, links } = columns;
      return withSpans(columns, {
        ...denseAttributes(columns),
        events: withSpanEvents(events, denseAttributes(events)),
        links: withSpanLinks(links, denseAttributes(links)),
      });
    }
    case 'logs':
      return withLogs(columns, denseAttributes(columns));
    case 'metrics':
      return withMetrics(columns, {
        metadata: denseList(columns.metadata),
        numbers: withNumbers(columns.numbers, densePoints(columns.numbers)),
        histograms: withHistograms(columns.histograms, densePoints(columns.histograms)),
        exponentialHistograms: withExponentialHistograms(
          columns.exponentialHistograms,
          densePoints(columns.exponentialHistograms),
        ),
        summaries: withSummaries(columns.summaries, denseAttributes(columns.summaries)),
      });
    default:
      return columns;
  }
}

function listsOf(columns: Columns): readonly AttributeList[] {
  switch (columns.signal) {
    case 'traces':
      return [columns, columns.events, columns.links].map(({ attributes }) => attributes);
    case 'logs':
      return [columns.attributes];
    case 'metrics': {
      const { metadata, numbers, histograms, exponentialHistograms, summaries } = columns;
      const sampled = [numbers, histograms, exponentialHistograms];
      const points = [...sampled, ...sampled.map(({ exemplars }) => exemplars), summaries];
      return [metadata, ...points.map(({ attributes }) => attributes)];
    }
    default:
      return [];
  }
}

interface WithAttributes {
  readonly attributes: AttributeList;
}

function denseAttributes({ attributes }: WithAttributes): WithAttributes {
  return { attributes: denseList(attributes) };
}

function densePoints(
  points: WithAttributes & { readonly exemplars: ExemplarColumns },
): WithAttributes & { readonly exemplars: ExemplarColumns } {
  const { exemplars } = points;
  return {
    ...denseAttributes(points),
    exemplars: withExemplars(exemplars, denseAttributes(exemplars)),
  };
}

function denseList(list: AttributeList): AttributeList {
  if (list.isDense) return list;
  const { count, valueStart, values } = list;
  const ends = new Uint32Array(count);
  const starts = new Uint32Array(count);
  let size = 0;
  for (let i = 0; i < count; i++) {
    const start = nativeStart(values.bytes, valueStart[i]);
    ends[i] = start + nativeString.length;
    starts[i] = size;
    size += ends[i] - valueStart[i];
  }
  const dense = new ByteRun(size);
  for (let i = 0; i < count; ) {
    const from = valueStart[i];
    let end = ends[i++];
    // Neighbours that are neighbours already are one copy.
    while (i < count && valueStart[i] === end) end = ends[i++];
    copyBytes(values, from, end - from, dense);
  }
  return Object.assign(new AttributeList(0, 0), list, {
    valueStart: starts,
    values: dense,
    isDense: true,
  });
}
