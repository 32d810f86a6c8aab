export { columnsToJson, encodeColumns, encodePoints, encodeRows } from './encode-columns.ts';
export {
  encodeResource,
  type LineFields,
  type LogRecordFields,
  LogRequestWriter,
  type LogValue,
} from './log-request-writer.ts';
