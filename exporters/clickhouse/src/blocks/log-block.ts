import type { LogColumns } from '@sonde/proto';
import {
  type BlockWriter,
  type IdentityTable,
  logsTable,
  RowRuns,
  type SchemaOptions,
  type TableDefinition,
  writeConstantColumn,
  writeFixedColumn,
  writeLowCardinalityColumn,
  writeOffsets,
  writeStringColumn,
} from '@sonde/store';
import { writeAttributes } from './attribute-columns.ts';
import type { BlockSource } from './block-source.ts';
import { attributeBytes, replicatedBytes } from './bytes-estimate.ts';
import {
  type RowOwner,
  writeFingerprint,
  writeIdentity,
  writeOwner,
  writeScope,
  writeTimes,
} from './row-columns.ts';
import type { RowPatterns } from './take-patterns.ts';
import type { StoredTimes } from './time-columns.ts';

/** Bytes of a record's columns of fixed width, dictionary indexes included. */
const LOG_BYTES = 140;

const WEIGHT_ONE = new Uint8Array(new Float64Array([1]).buffer);

export interface LogBlockOptions {
  readonly schema: SchemaOptions;
  readonly columns: LogColumns;
  readonly identities: IdentityTable;
  readonly owner: RowOwner;
  readonly times: StoredTimes;
  readonly patterns: RowPatterns;
}

/** Log records of a batch as rows of `logs`. */
export class LogBlock implements BlockSource {
  readonly table: TableDefinition;
  readonly rows: RowRuns;
  readonly timestamp: Int32Array;
  readonly #options: LogBlockOptions;

  constructor(options: LogBlockOptions) {
    this.#options = options;
    this.table = logsTable(options.schema);
    this.rows = RowRuns.range(0, options.columns.count);
    this.timestamp = options.times.timestamp;
  }

  estimateBytes(runs: RowRuns): number {
    const { columns, patterns } = this.#options;
    const { scopes, body } = columns;
    let bodyBytes = 0;
    for (let i = 0; i < runs.starts.length; i++) {
      const end = runs.ends[i];
      bodyBytes += end === columns.count ? body.run.length : body.start[end];
      bodyBytes -= body.start[runs.starts[i]];
    }
    return (
      runs.rows * LOG_BYTES +
      bodyBytes +
      (patterns.values.length / Math.max(1, columns.count)) * runs.rows +
      attributeBytes({ list: columns.attributes, ends: columns.attributeEnd }, runs) +
      replicatedBytes({ list: scopes.attributes, ends: scopes.attributeEnd }, columns.scope, runs)
    );
  }

  write(writer: BlockWriter, runs: RowRuns): void {
    const { columns, identities, owner, times } = this.#options;
    writeOwner(writer, owner, runs);
    writeTimes(writer, times, runs);
    this.#writeRecord(writer, runs);
    const resourceRows = { identities, resource: columns.resource };
    writeFingerprint(writer, 'resource_fingerprint', resourceRows, runs);
    writeIdentity(writer, resourceRows, runs);
    writeScope(writer, columns, runs);
    this.#writePatterns(writer, runs);
    writeAttributes(writer, columns, runs);
  }

  #writePatterns(writer: BlockWriter, runs: RowRuns): void {
    const { out } = writer;
    const { columns, identities, patterns } = this.#options;
    const { texts, ids } = identities.versions;
    writer.column('service_version');
    writeLowCardinalityColumn(out, { dictionary: texts, ids, via: columns.resource }, runs);
    writer.column('pattern_id');
    writeFixedColumn(out, { source: patterns.id, widthBytes: 8 }, runs);
    writer.column('pattern_variables');
    writeOffsets(out, patterns.valueEnd, runs);
    const { values: run, valueStart: start, valueCount: count } = patterns;
    writeStringColumn(out, { run, start, count }, runs.children(patterns.valueEnd));
    writer.column('weight');
    if (patterns.weight === undefined) writeConstantColumn(out, WEIGHT_ONE, runs);
    else writeFixedColumn(out, { source: patterns.weight, widthBytes: 8 }, runs);
  }

  #writeRecord(writer: BlockWriter, runs: RowRuns): void {
    const { out } = writer;
    const { columns } = this.#options;
    const fixed = (name: string, source: ArrayBufferView, widthBytes: number): void => {
      writer.column(name);
      writeFixedColumn(out, { source, widthBytes }, runs);
    };
    fixed('observed_timestamp', columns.observedTimeUnixNano, 8);
    fixed('severity_number', columns.severityNumber, 1);
    fixed('body_type', columns.bodyType, 1);
    fixed('trace_id', columns.traceId, 16);
    fixed('span_id', columns.spanId, 8);
    fixed('flags', columns.flags, 4);
    fixed('dropped_attributes_count', columns.droppedAttributesCount, 4);
    writer.column('severity_text');
    const severity = { dictionary: columns.severityTexts, ids: columns.severityText };
    writeLowCardinalityColumn(out, severity, runs);
    writer.column('event_name');
    const event = { dictionary: columns.eventNames, ids: columns.eventName };
    writeLowCardinalityColumn(out, event, runs);
    writer.column('body');
    writeStringColumn(
      out,
      {
        ...columns.body,
        count: columns.count,
        types: columns.bodyType,
        encodedCount: columns.encodedBodyCount,
      },
      runs,
    );
  }
}
