import type { IndexList, ProfileColumns, ProfileDictionary } from '../../src/index.ts';
import { bytes, entry, longs, native, range, text, words } from './cells.ts';
import type { Cell, Row } from './rows.ts';

/** Profiles of columns as plain rows, in the shape of `profile-rows.ts`. */
export function profileRow(c: ProfileColumns, row: number): Row {
  const { samples } = c;
  return {
    sampleType: [c.sampleType[row], c.sampleUnit[row]],
    periodType: [c.periodType[row], c.periodUnit[row]],
    time: words(c.timeUnixNano, row),
    duration: words(c.durationNano, row),
    period: words(c.period, row),
    profileId: bytes(c.profileId, row, 16),
    dropped: c.droppedAttributesCount[row],
    payloadFormat: entry(c.payloadFormats, c.originalPayloadFormat[row]),
    payload: text(c.originalPayload, row),
    attributes: indices(c.attributes, row),
    samples: range(c.sampleEnd, row).map((i) => ({
      stack: samples.stack[i],
      link: samples.link[i],
      attributes: indices(samples.attributes, i),
      values: longs(samples.values, samples.valueEnd, i),
      timestamps: longs(samples.timestampsUnixNano, samples.timestampEnd, i),
    })),
  };
}

/** The tables of one request. */
export function dictionaryOf(
  d: ProfileDictionary,
  segment: number,
  value: (type: number, content: string) => Cell,
): Row {
  const own = (table: { segmentStart(s: number): number; segmentEnd: Uint32Array }): number[] => {
    const start = table.segmentStart(segment);
    return Array.from({ length: table.segmentEnd[segment] - start }, (_, i) => start + i);
  };
  const { mappings, locations, functions, links, strings, attributes, stacks } = d;
  const { lines } = locations;
  return {
    mappings: own(mappings).map((i) => ({
      start: words(mappings.memoryStart, i),
      limit: words(mappings.memoryLimit, i),
      offset: words(mappings.fileOffset, i),
      filename: mappings.filename[i],
      attributes: indices(mappings.attributes, i),
    })),
    locations: own(locations).map((i) => ({
      mapping: locations.mapping[i],
      address: words(locations.address, i),
      lines: range(locations.lineEnd, i).map((k) => [
        lines.function[k],
        words(lines.line, k),
        words(lines.column, k),
      ]),
      attributes: indices(locations.attributes, i),
    })),
    functions: own(functions).map((i) => [
      functions.name[i],
      functions.systemName[i],
      functions.filename[i],
      words(functions.startLine, i),
    ]),
    links: own(links).map((i) => [bytes(links.traceId, i, 16), bytes(links.spanId, i, 8)]),
    strings: own(strings).map((i) => entry(strings.dictionary, strings.id[i])),
    attributes: own(attributes).map((i) => [
      attributes.key[i],
      value(attributes.type[i], native(attributes.value.run, attributes.value.start[i])),
      attributes.unit[i],
    ]),
    stacks: own(stacks).map((i) => indices(stacks.locations, i)),
  };
}

function indices(list: IndexList, row: number): Cell {
  return range(list.end, row).map((i) => list.indices.view.getInt32(i * 4, true));
}
