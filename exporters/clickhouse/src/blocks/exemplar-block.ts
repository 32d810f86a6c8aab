import type { ExemplarColumns } from '@sonde/proto';
import {
  type BlockWriter,
  endBefore,
  exemplarsTable,
  RowRuns,
  type TableDefinition,
  writeFixedColumn,
  writeLowCardinalityColumn,
  writeUint64Via,
} from '@sonde/store';
import { writeAttributes } from './attribute-columns.ts';
import type { BlockSource } from './block-source.ts';
import { attributeBytes } from './bytes-estimate.ts';
import type { PointRows } from './point-rows.ts';
import { retentionVia } from './retention-classes.ts';
import { writeOwner } from './row-columns.ts';

/** Bytes of an exemplar's columns of fixed width, dictionary indexes included. */
const EXEMPLAR_BYTES = 90;

/** The exemplars of one kind of points as rows of `exemplars`. */
export class ExemplarBlock implements BlockSource {
  readonly table: TableDefinition = exemplarsTable();
  readonly rows: RowRuns;
  /** The points' times: what a row is grouped, partitioned and found by. */
  readonly timestamp: Int32Array;
  readonly #points: PointRows;
  readonly #exemplars: ExemplarColumns;
  /** The point of each exemplar, and the exemplar's place among those of its point. */
  readonly #point: Uint32Array;
  readonly #position: Uint32Array;
  readonly #metric: Uint32Array;
  readonly #tenant: Uint32Array;

  constructor(points: PointRows, exemplars: ExemplarColumns, exemplarEnd: Uint32Array) {
    const { count } = exemplars;
    this.#points = points;
    this.#exemplars = exemplars;
    this.rows = RowRuns.range(0, count);
    this.#point = new Uint32Array(count);
    this.#position = new Uint32Array(count);
    this.#metric = new Uint32Array(count);
    this.#tenant = new Uint32Array(count);
    this.timestamp = new Int32Array(count * 2);
    for (let point = 0; point < points.points.count; point++) {
      const start = endBefore(exemplarEnd, point);
      const end = endBefore(exemplarEnd, point + 1);
      for (let row = start; row < end; row++) this.#place(row, point, row - start);
    }
  }

  #place(row: number, point: number, position: number): void {
    const { owner, times, points } = this.#points;
    this.#point[row] = point;
    this.#position[row] = position;
    this.#metric[row] = points.metric[point];
    this.#tenant[row] = owner.tenant[point];
    this.timestamp[row * 2] = times.timestamp[point * 2];
    this.timestamp[row * 2 + 1] = times.timestamp[point * 2 + 1];
  }

  estimateBytes(runs: RowRuns): number {
    const { attributes, attributeEnd } = this.#exemplars;
    const names = this.#points.columns.names.run.length;
    const rows = { list: attributes, ends: attributeEnd };
    return runs.rows * EXEMPLAR_BYTES + names + attributeBytes(rows, runs);
  }

  write(writer: BlockWriter, runs: RowRuns): void {
    const { out } = writer;
    const { columns, owner, series } = this.#points;
    const exemplars = this.#exemplars;
    const fixed = (name: string, source: ArrayBufferView, widthBytes: number): void => {
      writer.column(name);
      writeFixedColumn(out, { source, widthBytes }, runs);
    };
    const retentionDays = retentionVia(owner.retentionDays, this.#point);
    writeOwner(writer, { ...owner, tenant: this.#tenant, retentionDays }, runs);
    writer.column('metric');
    const metric = { dictionary: columns.names, ids: columns.name, via: this.#metric };
    writeLowCardinalityColumn(out, metric, runs);
    writer.column('series');
    writeUint64Via(out, { table: series, via: this.#point }, runs);
    fixed('timestamp', this.timestamp, 8);
    fixed('position', this.#position, 4);
    fixed('exemplar_timestamp', exemplars.timeUnixNano, 8);
    fixed('value', exemplars.double, 8);
    fixed('int_value', exemplars.int, 8);
    fixed('value_type', exemplars.valueType, 1);
    fixed('trace_id', exemplars.traceId, 16);
    fixed('span_id', exemplars.spanId, 8);
    writeAttributes(writer, exemplars, runs);
  }
}
