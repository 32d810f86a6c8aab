export * from './attribute-editor.ts';
export { type AttributeRow, type NativeRun, removeKey } from './attribute-row.ts';
export {
  type AttributeValue,
  appendNativeText,
  EncodedValue,
  readNativeValue,
  valueText,
} from './attribute-value.ts';
export * from './copy-columns.ts';
export { denseColumns } from './dense-columns.ts';
export { TextIds } from './edit-dictionary.ts';
export { encodeSegments, itemsOf } from './encode-segments.ts';
export {
  GroupEditor,
  type GroupedColumns,
  rewriteResources,
  rewriteScopes,
} from './group-editor.ts';
export { LogEditor } from './log-editor.ts';
export * from './metric-editor.ts';
export { encodeNestedValue, type NestedValue, readNestedValue } from './nested-value.ts';
export { ByteColumn, LongColumn, WordColumn } from './number-column.ts';
export * from './rewrite-attributes.ts';
export * from './select-points.ts';
export { type AttributeColumns, selectLogs, selectSpanEvents, selectSpans } from './select-rows.ts';
export { SpanEditor } from './span-editor.ts';
export { StringEditor } from './string-editor.ts';
export { TextListWriter } from './text-list.ts';
