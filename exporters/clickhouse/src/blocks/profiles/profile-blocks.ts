import { dictionaryText, type ProfileColumns } from '@sonde/proto';
import { IdentityTable, profileSamplesTable, profilesTable, readVarint } from '@sonde/store';
import type { BatchOptions } from '../batch-options.ts';
import type { BatchBlocks } from '../batch-result.ts';
import { resourceCatalogue } from '../resource-catalogue.ts';
import { longestDays, retentionOfRows, retentionVia } from '../retention-classes.ts';
import { tenantOfRows } from '../row-segments.ts';
import { type StoredTimes, storedTimes } from '../time-columns.ts';
import { dayOf } from '../time-words.ts';
import type { ValueRow } from '../value-rows.ts';
import { attributeValues, int64At, stringAt, uint64At } from './dictionary-values.ts';
import { FrameRows } from './frame-blocks.ts';
import { FrameReader } from './frame-reader.ts';
import { ProfileBlock } from './profile-block.ts';

/** Profiles of a batch as rows of `profiles`, `profile_samples` and the dictionaries of frames. */
export function profileBlocks(options: BatchOptions<ProfileColumns>): BatchBlocks {
  const { columns, retention, stored } = options;
  const retentionDays = longestDays(retention);
  const { segments, resources, count } = columns;
  const sent = { sent: columns.timeUnixNano.subarray(0, count * 2), rowEnd: segments.rowEnd };
  const times = storedTimes(sent, segments, retentionDays);
  const tenant = tenantOfRows(segments, segments.rowEnd, count);
  const identities = new IdentityTable(resources, stored.identities);
  const ownerKeys = stored.owners.of(segments, retentionDays);
  const { blocks, ...keys } = resourceCatalogue({
    schema: options.schema,
    resources,
    identities,
    segments,
    retentionDays,
    stored,
    ownerKeys,
    tables: [{ count, resource: columns.resource, tenant, timestamp: times.timestamp, ...sent }],
  });
  const days = retentionOfRows(
    retention,
    { segments, identities },
    { count, tenant, resource: columns.resource },
  );
  const frames = new FrameRows({ stored: stored.frames, ownerKeys });
  const samples = new SampleRows(columns, frames, { tenant, times });
  const shared = { columns, identities };
  return {
    catalogue: [...blocks, ...frames.blocks({ segments, retentionDays })],
    rows: [
      new ProfileBlock({
        ...shared,
        table: profilesTable(),
        owner: { segments, tenant, retentionDays: days },
        times,
        rows: profileRows(columns),
        profile: Uint32Array.from({ length: count }, (_, row) => row),
        hasScope: true,
      }),
      new ProfileBlock({
        ...shared,
        table: profileSamplesTable(),
        owner: {
          segments,
          tenant: samples.profile.map((row) => tenant[row]),
          retentionDays: retentionVia(days, samples.profile),
        },
        times: timesOf(times, samples.profile),
        rows: samples.rows,
        profile: samples.profile,
        hasScope: false,
      }),
    ],
    movedCount: times.movedCount,
    ...keys,
    seriesKeys: [],
    frameKeys: frames.keys,
  };
}

function sampleBounds(columns: ProfileColumns, profile: number): readonly [number, number] {
  const start = profile === 0 ? 0 : columns.sampleEnd[profile * 2 - 2];
  return [start, columns.sampleEnd[profile * 2]];
}

/** Visits every profile with the request it came in. */
function eachProfile(
  { segments }: ProfileColumns,
  visit: (profile: number, segment: number) => void,
): void {
  let profile = 0;
  for (let segment = 0; segment < segments.count; segment++) {
    for (; profile < segments.rowEnd[segment]; profile++) visit(profile, segment);
  }
}

function idBytes(ids: Uint8Array, row: number, widthBytes: number): Uint8Array {
  return ids.subarray(row * widthBytes, (row + 1) * widthBytes);
}

function payloadBytes({ originalPayload }: ProfileColumns, profile: number): Uint8Array {
  const { bytes } = originalPayload.run;
  const { value: length, next } = readVarint(bytes, originalPayload.start[profile]);
  return bytes.subarray(next, next + length);
}

function profileRows(columns: ProfileColumns): readonly ValueRow[] {
  const rows: ValueRow[] = [];
  eachProfile(columns, (profile, segment) => {
    const [start, end] = sampleBounds(columns, profile);
    const text = (indexes: Int32Array): string => stringAt(columns, segment, indexes[profile]);
    const format = columns.originalPayloadFormat[profile];
    rows.push({
      duration_ns: uint64At(columns.durationNano, profile),
      profile_id: idBytes(columns.profileId, profile, 16),
      sample_type: text(columns.sampleType),
      sample_unit: text(columns.sampleUnit),
      period_type: text(columns.periodType),
      period_unit: text(columns.periodUnit),
      period: int64At(columns.period, profile),
      samples: end - start,
      original_payload_format: dictionaryText(columns.payloadFormats, format),
      original_payload: payloadBytes(columns, profile),
      ...attributeValues(columns, segment, { list: columns.attributes, row: profile }),
      dropped_attributes_count: columns.droppedAttributesCount[profile],
    });
  });
  return rows;
}

/** The samples of a batch as values; their stacks are added to the frames. */
class SampleRows {
  readonly rows: ValueRow[] = [];
  readonly profile: Uint32Array;
  readonly #columns: ProfileColumns;
  readonly #reader: FrameReader;

  constructor(
    columns: ProfileColumns,
    frames: FrameRows,
    of: { readonly tenant: Uint32Array; readonly times: StoredTimes },
  ) {
    this.#columns = columns;
    this.#reader = new FrameReader(columns);
    const profiles: number[] = [];
    eachProfile(columns, (profile, segment) => {
      const owner = { tenant: of.tenant[profile], day: dayOf(of.times.timestamp, profile) };
      const shared = this.#sharedValues(profile, segment);
      const [start, end] = sampleBounds(columns, profile);
      for (let sample = start; sample < end; sample++) {
        const stack = this.#reader.stack(segment, columns.samples.stack[sample]);
        if (stack !== undefined) frames.add(stack, owner);
        this.rows.push({
          ...shared,
          stack: stack?.id ?? 0n,
          ...this.#sampleValues(sample, segment),
        });
        profiles.push(profile);
      }
    });
    this.profile = Uint32Array.from(profiles);
  }

  #sharedValues(profile: number, segment: number): ValueRow {
    const columns = this.#columns;
    return {
      profile_id: idBytes(columns.profileId, profile, 16),
      sample_type: stringAt(columns, segment, columns.sampleType[profile]),
      sample_unit: stringAt(columns, segment, columns.sampleUnit[profile]),
    };
  }

  #sampleValues(sample: number, segment: number): ValueRow {
    const { samples } = this.#columns;
    const values = numbersOf(samples.values.view, samples.valueEnd, sample).map((value) =>
      BigInt.asIntN(64, value),
    );
    const timestamps = numbersOf(samples.timestampsUnixNano.view, samples.timestampEnd, sample);
    const sum = values.reduce((total, value) => total + value, 0n);
    return {
      values,
      timestamps_unix_nano: timestamps,
      value: values.length === 0 ? BigInt(timestamps.length) : BigInt.asIntN(64, sum),
      ...this.#link(sample, segment),
      ...attributeValues(this.#columns, segment, { list: samples.attributes, row: sample }),
    };
  }

  #link(sample: number, segment: number): ValueRow {
    const { links } = this.#columns.dictionary;
    const index = this.#columns.samples.link[sample];
    const row = index === 0 ? -1 : links.rowOf(segment, index);
    if (row < 0) return { trace_id: NO_TRACE, span_id: NO_SPAN };
    return { trace_id: idBytes(links.traceId, row, 16), span_id: idBytes(links.spanId, row, 8) };
  }
}

const NO_TRACE = new Uint8Array(16);
const NO_SPAN = new Uint8Array(8);

function numbersOf(view: DataView, ends: Uint32Array, row: number): bigint[] {
  const numbers: bigint[] = [];
  const end = ends[row * 2];
  for (let i = row === 0 ? 0 : ends[row * 2 - 2]; i < end; i++) {
    numbers.push(view.getBigUint64(i * 8, true));
  }
  return numbers;
}

/** When rows are stored whose profiles are stored at `times`. */
function timesOf(times: StoredTimes, profile: Uint32Array): StoredTimes {
  const words = (of: Int32Array): Int32Array => {
    const copied = new Int32Array(profile.length * 2);
    profile.forEach((row, i) => {
      copied[i * 2] = of[row * 2];
      copied[i * 2 + 1] = of[row * 2 + 1];
    });
    return copied;
  };
  const { source, sent } = times;
  return {
    timestamp: words(times.timestamp),
    source: source === undefined ? undefined : Uint8Array.from(profile, (row) => source[row]),
    sent: sent === undefined ? undefined : words(sent),
    movedCount: 0,
  };
}
