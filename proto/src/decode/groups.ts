import type { Dictionary } from '../columns/dictionary.ts';
import { checkDictionaryString, intern } from '../columns/intern.ts';
import type { ResourceTable } from '../columns/resource-table.ts';
import type { ScopeTable } from '../columns/scope-table.ts';
import { malformed } from '../malformed.ts';
import { takeRow } from '../protobuf/row-budget.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longLength, longTag, readLength, result } from '../protobuf/varint.ts';
import { checkMessage } from '../schema/check-message.ts';
import { RESOURCE, SCOPE } from '../schema/common-messages.ts';
import { internResource } from './resource.ts';
import { internScope } from './scope.ts';

/** What the batches of the four signals have in common: rows that belong to a scope and resource. */
export interface GroupedRows {
  count: number;
  readonly capacity: number;
  growTo(rows: number): void;
  readonly resources: ResourceTable;
  readonly scopes: ScopeTable;
  readonly schemaUrls: Dictionary;
  readonly resource: Uint32Array;
  readonly scope: Uint32Array;
  readonly resourceSchemaUrl: Uint32Array;
  readonly scopeSchemaUrl: Uint32Array;
}

/** Fills row `columns.count` from the message in `[p, end)`; the caller counts the row. */
export type RowDecoder<C> = (source: Source, p: number, end: number, columns: C) => void;

/** Field 1 (the groups), 2 and 3 of the three messages that hold groups. */
const REQUEST_FIELDS = 0b10;
const GROUP_FIELDS = 0b1110;

/**
 * `Export*ServiceRequest` -> `Resource*` -> `Scope*` -> rows; the numbering is the same in all
 * four signals. Resource, scope and schema URLs may come after their rows: the columns that name
 * them are filled at the end of each group.
 */
export function decodeRequest<C extends GroupedRows>(
  source: Source,
  columns: C,
  decodeRow: RowDecoder<C>,
): void {
  const { bytes, length: end } = source;
  let p = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag !== 0x0a) {
      p = skipField(bytes, p, end, tag, REQUEST_FIELDS);
      continue;
    }
    const length = readLength(bytes, p, end);
    p = result.next;
    decodeResourceGroup(source, p, p + length, columns, decodeRow);
    p += length;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}

/** One group of field 1 of a request. */
export function decodeResourceGroup<C extends GroupedRows>(
  source: Source,
  p: number,
  end: number,
  columns: C,
  decodeRow: RowDecoder<C>,
): void {
  const { bytes, view } = source;
  const firstRow = columns.count;
  takeRow(p);
  let start = 0;
  let length = 0;
  let schemaUrl = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag !== 0x0a && tag !== 0x12 && tag !== 0x1a) {
      p = skipField(bytes, p, end, tag, GROUP_FIELDS);
      continue;
    }
    const fieldLength = readLength(bytes, p, end);
    p = result.next;
    if (tag === 0x12) {
      decodeScopeGroup(source, p, p + fieldLength, columns, decodeRow);
    } else if (tag === 0x1a) {
      schemaUrl = intern(columns.schemaUrls, bytes, view, p, fieldLength);
    } else {
      // The last resource wins; the one it replaces must be sound all the same.
      checkMessage(bytes, start, start + length, RESOURCE);
      checkDictionaryString(p, fieldLength);
      start = p;
      length = fieldLength;
    }
    p += fieldLength;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  if (columns.count === firstRow) {
    checkMessage(bytes, start, start + length, RESOURCE);
    return;
  }
  const row = internResource(source, start, start + length, columns.resources);
  columns.resource.fill(row, firstRow, columns.count);
  columns.resourceSchemaUrl.fill(schemaUrl, firstRow, columns.count);
}

function decodeScopeGroup<C extends GroupedRows>(
  source: Source,
  p: number,
  end: number,
  columns: C,
  decodeRow: RowDecoder<C>,
): void {
  const { bytes, view } = source;
  const firstRow = columns.count;
  takeRow(p);
  let start = 0;
  let length = 0;
  let schemaUrl = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag !== 0x0a && tag !== 0x12 && tag !== 0x1a) {
      p = skipField(bytes, p, end, tag, GROUP_FIELDS);
      continue;
    }
    let fieldLength = bytes[p++];
    if (fieldLength > 127) {
      fieldLength = longLength(bytes, p, fieldLength);
      p = result.next;
    }
    if (fieldLength > end - p) malformed(p, 'length past the end of the message');
    if (tag === 0x12) {
      takeRow(p);
      const row = columns.count;
      if (row === columns.capacity) columns.growTo(row * 2);
      decodeRow(source, p, p + fieldLength, columns);
      columns.count = row + 1;
    } else if (tag === 0x1a) {
      schemaUrl = intern(columns.schemaUrls, bytes, view, p, fieldLength);
    } else {
      checkMessage(bytes, start, start + length, SCOPE);
      checkDictionaryString(p, fieldLength);
      start = p;
      length = fieldLength;
    }
    p += fieldLength;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  if (columns.count === firstRow) {
    checkMessage(bytes, start, start + length, SCOPE);
    return;
  }
  const row = internScope(source, start, start + length, columns.scopes);
  columns.scope.fill(row, firstRow, columns.count);
  columns.scopeSchemaUrl.fill(schemaUrl, firstRow, columns.count);
}
