export { columnsToJson, encodeColumns, encodePoints, encodeRows } from './encode-columns.ts';
