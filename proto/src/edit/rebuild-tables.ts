import type { AttributeList } from '../columns/attribute-list.ts';
import { ByteRun } from '../columns/byte-run.ts';
import type { Dictionary } from '../columns/dictionary.ts';
import { ResourceTable } from '../columns/resource-table.ts';
import { ScopeTable } from '../columns/scope-table.ts';
import { internResource } from '../decode/resource.ts';
import { internScope } from '../decode/scope.ts';
import { startRowBudget } from '../protobuf/row-budget.ts';
import { Source } from '../protobuf/source.ts';
import { ProtobufWriter } from '../protobuf/writer.ts';
import { nativeStart, nativeString } from '../read/native-text.ts';
import { writeAttributes, writeOtherFields } from './group-message.ts';
import type { AttributeColumns } from './select-rows.ts';

const RESOURCE_ATTRIBUTES = 1;
const RESOURCE_DROPPED = 2;
const SCOPE_NAME = 1;
const SCOPE_VERSION = 2;
const SCOPE_ATTRIBUTES = 3;
const SCOPE_DROPPED = 4;

/** Rows of a table that are to stand in a new one, some with other attributes. */
export interface EditedRows {
  /** The row of the old table that each new one comes from. */
  readonly source: ArrayLike<number>;
  /** Which new rows were written to: a byte each. */
  readonly touched: ArrayLike<number>;
  /** The attributes of the new rows. */
  readonly attributes: AttributeColumns;
  /** New `dropped_attributes_count` by new row, where it is another. */
  readonly dropped?: ReadonlyMap<number, number>;
}

export interface EditedScopes extends EditedRows {
  /** New names and versions by new row, where they are others. */
  readonly names: ReadonlyMap<number, string>;
  readonly versions: ReadonlyMap<number, string>;
}

/**
 * A table of the rows; a message that was changed is written anew (what no column holds stays) and
 * decoded, so that message, attributes, fingerprint and service name never differ. Equal rows are
 * one: `rowOf[i]` is the row of new row i.
 *
 * Throws `MalformedError` where a resource has grown over `DICTIONARY_STRING_BYTES_MAX`.
 */
export function rebuildResources(
  table: ResourceTable,
  rows: EditedRows,
): { readonly table: ResourceTable; readonly rowOf: Uint32Array } {
  const rebuilt = new ResourceTable(Math.max(1, rows.source.length));
  const rowOf = new Uint32Array(rows.source.length);
  for (let row = 0; row < rowOf.length; row++) {
    const id = table.messageId[rows.source[row]];
    const message = rows.touched[row] === 0 ? undefined : new ProtobufWriter(256);
    if (message !== undefined) {
      const dropped = rows.dropped?.get(row);
      const replaced = 1 << RESOURCE_ATTRIBUTES;
      const others = dropped === undefined ? replaced : replaced | (1 << RESOURCE_DROPPED);
      writeOtherFields(message, table.messages, id, others);
      writeAttributes(message, RESOURCE_ATTRIBUTES, ...ownEntries(rows.attributes, row));
      writeCount(message, RESOURCE_DROPPED, dropped);
    }
    const { source, start, end } = sourceOf(message, table.messages, id);
    startRowBudget();
    rowOf[row] = internResource(source, start, end, rebuilt);
  }
  return { table: rebuilt, rowOf };
}

/** As `rebuildResources`, for scopes. */
export function rebuildScopes(
  table: ScopeTable,
  rows: EditedScopes,
): { readonly table: ScopeTable; readonly rowOf: Uint32Array } {
  const rebuilt = new ScopeTable(Math.max(1, rows.source.length));
  const rowOf = new Uint32Array(rows.source.length);
  for (let row = 0; row < rowOf.length; row++) {
    const id = table.messageId[rows.source[row]];
    const message = rows.touched[row] === 0 ? undefined : new ProtobufWriter(256);
    if (message !== undefined) writeScope(message, table, rows, row);
    const { source, start, end } = sourceOf(message, table.messages, id);
    startRowBudget();
    rowOf[row] = internScope(source, start, end, rebuilt);
  }
  return { table: rebuilt, rowOf };
}

function writeScope(
  message: ProtobufWriter,
  table: ScopeTable,
  rows: EditedScopes,
  row: number,
): void {
  const name = rows.names.get(row);
  const version = rows.versions.get(row);
  let replaced = 1 << SCOPE_ATTRIBUTES;
  if (name !== undefined) replaced |= 1 << SCOPE_NAME;
  if (version !== undefined) replaced |= 1 << SCOPE_VERSION;
  const dropped = rows.dropped?.get(row);
  if (dropped !== undefined) replaced |= 1 << SCOPE_DROPPED;
  writeOtherFields(message, table.messages, table.messageId[rows.source[row]], replaced);
  writeText(message, SCOPE_NAME, name);
  writeText(message, SCOPE_VERSION, version);
  writeAttributes(message, SCOPE_ATTRIBUTES, ...ownEntries(rows.attributes, row));
  writeCount(message, SCOPE_DROPPED, dropped);
}

function writeCount(message: ProtobufWriter, field: number, count: number | undefined): void {
  if (count === undefined || count === 0) return;
  message.tag(field, 0);
  message.varint(count, 0);
}

function writeText(message: ProtobufWriter, field: number, text: string | undefined): void {
  if (text === undefined || text === '') return;
  message.tag(field, 2);
  message.text(text);
}

function ownEntries(
  { attributes, attributeEnd }: AttributeColumns,
  row: number,
): [AttributeList, { readonly from: number; readonly to: number }] {
  const from = row === 0 ? 0 : attributeEnd[row * 2 - 2];
  return [attributes, { from, to: attributeEnd[row * 2] }];
}

interface MessageRange {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** The new message, or the old one of that id. */
function sourceOf(
  message: ProtobufWriter | undefined,
  dictionary: Dictionary,
  id: number,
): MessageRange {
  if (message === undefined) {
    const { bytes } = dictionary.run;
    const start = id === 0 ? 0 : nativeStart(bytes, dictionary.offset[id]);
    const length = id === 0 ? 0 : nativeString.length;
    return { source: new Source(bytes, bytes.length), start, end: start + length };
  }
  const bytes = message.finish();
  // A run has readable bytes behind its end.
  const run = new ByteRun(bytes.length);
  run.bytes.set(bytes);
  return { source: new Source(run.bytes, bytes.length), start: 0, end: bytes.length };
}
