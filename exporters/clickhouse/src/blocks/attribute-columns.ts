import type { AttributeList } from '@sonde/proto';
import {
  type BlockWriter,
  type RowRuns,
  writeFixedColumn,
  writeMapColumn,
  writeNestedMapColumn,
  writeNestedTypesColumn,
  writeOffsets,
  writeTypesColumn,
} from '@sonde/store';

/** What rows with attributes have. */
export interface RowsWithAttributes {
  readonly attributes: AttributeList;
  readonly attributeEnd: Uint32Array;
}

export function writeAttributes(
  writer: BlockWriter,
  rows: RowsWithAttributes,
  runs: RowRuns,
): void {
  const attributes = { list: rows.attributes, ends: rows.attributeEnd };
  writer.column('attributes');
  writeMapColumn(writer.out, attributes, runs);
  writer.column('attribute_types');
  writeTypesColumn(writer.out, attributes, runs);
}

export interface NestedRowsWithAttributes extends RowsWithAttributes {
  readonly droppedAttributesCount: Uint32Array;
}

/** Attributes of events or links, `outer` grouping them by span. */
export function writeNestedAttributes(
  writer: BlockWriter,
  nested: {
    readonly prefix: string;
    readonly outer: Uint32Array;
    readonly rows: NestedRowsWithAttributes;
  },
  runs: RowRuns,
): void {
  const { prefix, outer, rows } = nested;
  const attributes = { outer, rows: { list: rows.attributes, ends: rows.attributeEnd } };
  writer.column(`${prefix}attributes`);
  writeNestedMapColumn(writer.out, attributes, runs);
  writer.column(`${prefix}attribute_types`);
  writeNestedTypesColumn(writer.out, attributes, runs);
  writer.column(`${prefix}dropped_attributes_count`);
  writeOffsets(writer.out, outer, runs);
  const source = { source: rows.droppedAttributesCount, widthBytes: 4 };
  writeFixedColumn(writer.out, source, runs.children(outer));
}
