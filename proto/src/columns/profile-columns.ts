import { ByteRun } from './byte-run.ts';
import { Dictionary } from './dictionary.ts';
import {
  growInt32,
  growUint8,
  growUint32,
  NO_INT32,
  NO_UINT8,
  NO_UINT32,
  NO_VIEW,
} from './grow.ts';
import { IndexList } from './index-list.ts';
import { ProfileDictionary } from './profile-dictionary.ts';
import { ResourceTable } from './resource-table.ts';
import { RowTable } from './row-table.ts';
import { ScopeTable } from './scope-table.ts';
import { Segments } from './segments.ts';
import { viewOf } from './slab.ts';
import { StringColumn } from './string-column.ts';

/** The samples of all profiles, flat; profile i owns `[sampleEnd(i - 1), sampleEnd(i))`. */
export class SampleColumns extends RowTable {
  /** Indexes in the request's tables, as sent. Link 0 means none. */
  stack: Int32Array = NO_INT32;
  link: Int32Array = NO_INT32;
  readonly attributes: IndexList = new IndexList(1 << 8);
  /** i64, 8 bytes a value; unit and meaning are the profile's `sampleType`. */
  readonly values: ByteRun = ByteRun.whenNeeded(1 << 8);
  /** Values, not bytes. */
  valueEnd: Uint32Array = NO_UINT32;
  /** u64 nanoseconds, 8 bytes each. */
  readonly timestampsUnixNano: ByteRun = ByteRun.whenNeeded(1 << 8);
  timestampEnd: Uint32Array = NO_UINT32;

  override growTo(rows: number): void {
    super.growTo(rows);
    this.stack = growInt32(this.stack, rows);
    this.link = growInt32(this.link, rows);
    this.attributes.growRows(rows);
    this.valueEnd = growUint32(this.valueEnd, rows * 2);
    this.timestampEnd = growUint32(this.timestampEnd, rows * 2);
  }

  override mark(): void {
    super.mark();
    this.attributes.mark();
    this.values.mark();
    this.timestampsUnixNano.mark();
  }

  override rollback(): void {
    super.rollback();
    this.attributes.rollback();
    this.values.rollback();
    this.timestampsUnixNano.rollback();
  }

  override reset(): void {
    super.reset();
    this.attributes.reset();
    this.values.length = 0;
    this.timestampsUnixNano.length = 0;
  }
}

/**
 * Profiles as columns (`profiles.v1development` of OTLP 1.11), one row a `Profile`; the rules of
 * `SpanColumns` hold. What a request's dictionary says is in `dictionary`; `sampleType`,
 * `periodType` and the like are indexes there.
 */
export class ProfileColumns extends RowTable {
  readonly signal = 'profiles';
  readonly segments: Segments = new Segments(8);
  readonly resources: ResourceTable = new ResourceTable();
  readonly scopes: ScopeTable = new ScopeTable();
  readonly schemaUrls: Dictionary = Dictionary.whenNeeded(16, 1 << 9);
  readonly dictionary: ProfileDictionary = new ProfileDictionary();

  resource: Uint32Array = NO_UINT32;
  scope: Uint32Array = NO_UINT32;
  resourceSchemaUrl: Uint32Array = NO_UINT32;
  scopeSchemaUrl: Uint32Array = NO_UINT32;

  /** Indexes of strings. */
  sampleType: Int32Array = NO_INT32;
  sampleUnit: Int32Array = NO_INT32;
  periodType: Int32Array = NO_INT32;
  periodUnit: Int32Array = NO_INT32;
  /** i64 in two words. */
  period: Int32Array = NO_INT32;
  timeUnixNano: Int32Array = NO_INT32;
  durationNano: Int32Array = NO_INT32;
  profileId: Uint8Array = NO_UINT8;
  profileIdView: DataView = NO_VIEW;
  droppedAttributesCount: Uint32Array = NO_UINT32;
  /** `pprof`, `jfr` and the like. */
  readonly payloadFormats: Dictionary = Dictionary.whenNeeded(4, 1 << 6);
  originalPayloadFormat: Uint32Array = NO_UINT32;
  readonly originalPayload: StringColumn;
  readonly attributes: IndexList = new IndexList(1 << 6);
  readonly samples: SampleColumns = new SampleColumns();
  sampleEnd: Uint32Array = NO_UINT32;

  /** `rows` is a first guess; everything grows. */
  constructor(rows = 16) {
    super();
    this.originalPayload = new StringColumn(rows, rows);
    this.growTo(rows);
  }

  override growTo(rows: number): void {
    super.growTo(rows);
    this.resource = growUint32(this.resource, rows);
    this.scope = growUint32(this.scope, rows);
    this.resourceSchemaUrl = growUint32(this.resourceSchemaUrl, rows);
    this.scopeSchemaUrl = growUint32(this.scopeSchemaUrl, rows);
    this.sampleType = growInt32(this.sampleType, rows);
    this.sampleUnit = growInt32(this.sampleUnit, rows);
    this.periodType = growInt32(this.periodType, rows);
    this.periodUnit = growInt32(this.periodUnit, rows);
    this.period = growInt32(this.period, rows * 2);
    this.timeUnixNano = growInt32(this.timeUnixNano, rows * 2);
    this.durationNano = growInt32(this.durationNano, rows * 2);
    this.profileId = growUint8(this.profileId, rows * 16);
    this.profileIdView = viewOf(this.profileId);
    this.droppedAttributesCount = growUint32(this.droppedAttributesCount, rows);
    this.originalPayloadFormat = growUint32(this.originalPayloadFormat, rows);
    this.originalPayload.growRows(rows);
    this.attributes.growRows(rows);
    this.sampleEnd = growUint32(this.sampleEnd, rows * 2);
  }

  /** Remembers the state that `rollback` returns to, to the byte; one mark at a time. */
  override mark(): void {
    super.mark();
    for (const part of this.#parts()) part.mark();
  }

  override rollback(): void {
    super.rollback();
    for (const part of this.#parts()) part.rollback();
  }

  override reset(): void {
    super.reset();
    for (const part of this.#parts()) part.reset();
  }

  #parts(): readonly { mark(): void; rollback(): void; reset(): void }[] {
    return [
      this.segments,
      this.resources,
      this.scopes,
      this.schemaUrls,
      this.dictionary,
      this.payloadFormats,
      this.originalPayload,
      this.attributes,
      this.samples,
    ];
  }

  /** What OTLP and the Collector count as items, with a profile that has no samples as one. */
  itemCount(from = 0): number {
    let items = 0;
    for (let row = from; row < this.count; row++) {
      const before = row === 0 ? 0 : this.sampleEnd[row * 2 - 2];
      items += Math.max(1, this.sampleEnd[row * 2] - before);
    }
    return items;
  }
}
