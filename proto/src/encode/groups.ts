import type { Dictionary } from '../columns/dictionary.ts';
import type { ResourceTable } from '../columns/resource-table.ts';
import type { ScopeTable } from '../columns/scope-table.ts';
import type { GroupedRows } from '../decode/groups.ts';
import type { ReverseWriter } from '../protobuf/reverse-writer.ts';
import { skipField } from '../protobuf/skip.ts';
import { longTag, result } from '../protobuf/varint.ts';
import { nativeStart, nativeString } from '../read/native-text.ts';
import { writeEntry, writeRowAttributes, writeUint32 } from './values.ts';

/** Which rows are written; asked once a row, from the last to the first. */
export interface PickedRows {
  has(row: number): boolean;
}

/** Writes the fields of row `row`. */
export type RowWriter<C> = (writer: ReverseWriter, columns: C, row: number) => void;

const GROUP_TAG = 0x0a;
const ROW_TAG = 0x12;
const SCHEMA_URL_TAG = 0x1a;

/**
 * The groups of a request: rows that follow each other under one resource, and under one scope,
 * stand in one group, in their order. `rows` picks some; without it all are written.
 */
export function writeGroups<C extends GroupedRows>(
  writer: ReverseWriter,
  columns: C,
  rows: PickedRows | undefined,
  writeRow: RowWriter<C>,
): void {
  const groups = new OpenGroups(writer, columns);
  for (let row = columns.count - 1; row >= 0; row--) {
    if (rows !== undefined && !rows.has(row)) continue;
    groups.open(row);
    const before = writer.length;
    writeRow(writer, columns, row);
    writer.close(before, ROW_TAG);
  }
  groups.close();
}

/** The group of the row being written; what stands in a group goes before its resource. */
export class OpenGroups {
  readonly #writer: ReverseWriter;
  readonly #columns: GroupedRows;
  /** The last row written, of the groups that are open; -1 when none is. */
  #row = -1;
  #resourceBefore = 0;
  #scopeBefore = 0;

  constructor(writer: ReverseWriter, columns: GroupedRows) {
    this.#writer = writer;
    this.#columns = columns;
  }

  open(row: number): void {
    const { resource, scope, resourceSchemaUrl, scopeSchemaUrl, schemaUrls } = this.#columns;
    const last = this.#row;
    const isSameResource =
      last >= 0 &&
      resource[row] === resource[last] &&
      resourceSchemaUrl[row] === resourceSchemaUrl[last];
    const isSameScope =
      isSameResource && scope[row] === scope[last] && scopeSchemaUrl[row] === scopeSchemaUrl[last];
    if (!isSameScope && last >= 0) this.#closeScope();
    if (!isSameResource && last >= 0) this.#closeResource();
    if (!isSameResource) {
      this.#resourceBefore = this.#writer.length;
      writeEntry(this.#writer, SCHEMA_URL_TAG, schemaUrls, resourceSchemaUrl[row]);
    }
    if (!isSameScope) {
      this.#scopeBefore = this.#writer.length;
      writeEntry(this.#writer, SCHEMA_URL_TAG, schemaUrls, scopeSchemaUrl[row]);
    }
    this.#row = row;
  }

  close(): void {
    if (this.#row < 0) return;
    this.#closeScope();
    this.#closeResource();
    this.#row = -1;
  }

  #closeScope(): void {
    const { scope, scopes } = this.#columns;
    writeScope(this.#writer, scopes, scope[this.#row]);
    this.#writer.close(this.#scopeBefore, ROW_TAG);
  }

  #closeResource(): void {
    const { resource, resources } = this.#columns;
    writeResource(this.#writer, resources, resource[this.#row]);
    this.#writer.close(this.#resourceBefore, GROUP_TAG);
  }
}

/** Columns first, and what no column holds from the message that was sent. */
function writeResource(writer: ReverseWriter, table: ResourceTable, row: number): void {
  const before = writer.length;
  writeOtherFields(writer, table.messages, table.messageId[row], 2);
  writer.reserve(8);
  writeUint32(writer, 0x10, table.droppedAttributesCount[row]);
  writeRowAttributes(writer, 0x0a, table.attributes, table.attributeEnd, row);
  if (writer.length > before) writer.close(before, 0x0a);
}

function writeScope(writer: ReverseWriter, table: ScopeTable, row: number): void {
  const before = writer.length;
  writeOtherFields(writer, table.messages, table.messageId[row], 4);
  writer.reserve(8);
  writeUint32(writer, 0x20, table.droppedAttributesCount[row]);
  writeRowAttributes(writer, 0x1a, table.attributes, table.attributeEnd, row);
  writeEntry(writer, 0x12, table.versions, table.version[row]);
  writeEntry(writer, 0x0a, table.names, table.name[row]);
  if (writer.length > before) writer.close(before, 0x0a);
}

/** The fields of a message with numbers over `known`, byte by byte as sent. */
function writeOtherFields(
  writer: ReverseWriter,
  messages: Dictionary,
  id: number,
  known: number,
): void {
  if (id === 0) return;
  const { bytes, view } = messages.run;
  const start = nativeStart(bytes, messages.offset[id]);
  const end = start + nativeString.length;
  const others: number[] = [];
  for (let p = start; p < end; ) {
    const tagAt = p;
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    p = skipField(bytes, p, end, tag, 0);
    if (tag >>> 3 > known) others.push(tagAt, p);
  }
  for (let i = others.length - 2; i >= 0; i -= 2) {
    writer.reserve(others[i + 1] - others[i]);
    writer.copy(bytes, view, others[i], others[i + 1]);
  }
}
