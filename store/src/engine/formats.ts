const JSON_TYPE = 'application/json; charset=UTF-8';
const NDJSON_TYPE = 'application/x-ndjson; charset=UTF-8';
const TSV_TYPE = 'text/tab-separated-values; charset=UTF-8';
const TEXT_TYPE = 'text/plain; charset=UTF-8';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  JSON: JSON_TYPE,
  JSONStrings: JSON_TYPE,
  JSONCompact: JSON_TYPE,
  JSONCompactStrings: JSON_TYPE,
  JSONColumns: JSON_TYPE,
  JSONColumnsWithMetadata: JSON_TYPE,
  JSONObjectEachRow: JSON_TYPE,
  CSV: 'text/csv; charset=UTF-8; header=absent',
  CSVWithNames: 'text/csv; charset=UTF-8; header=present',
  CSVWithNamesAndTypes: 'text/csv; charset=UTF-8; header=present',
  XML: 'application/xml; charset=UTF-8',
  Markdown: 'text/markdown; charset=UTF-8',
  Native: 'application/octet-stream',
  Parquet: 'application/octet-stream',
  Arrow: 'application/octet-stream',
  ArrowStream: 'application/octet-stream',
  MsgPack: 'application/octet-stream',
};

export const DEFAULT_FORMAT = 'TabSeparated';

/** The `Content-Type` ClickHouse sends for a format. */
export function contentType(format: string): string {
  const known = CONTENT_TYPES[format];
  if (known !== undefined) return known;
  if (format.startsWith('RowBinary')) return 'application/octet-stream';
  if (/^JSON.*EachRow/.test(format)) return NDJSON_TYPE;
  if (/^(TSV|TabSeparated)/.test(format)) return TSV_TYPE;
  return TEXT_TYPE;
}

/**
 * Formats without head and foot: the engine formats every block of a streamed result on its own, and
 * the pieces of these may be joined. All others are made whole, in memory.
 */
const JOINABLE: ReadonlySet<string> = new Set([
  'CSV',
  'JSONCompactEachRow',
  'JSONCompactStringsEachRow',
  'JSONEachRow',
  'JSONLines',
  'NDJSON',
  'JSONStringsEachRow',
  'LineAsString',
  'MsgPack',
  'Native',
  'Null',
  'RawBLOB',
  'RowBinary',
  'TSKV',
  'TSV',
  'TSVRaw',
  'TabSeparated',
  'TabSeparatedRaw',
]);

export function isJoinable(format: string): boolean {
  return JOINABLE.has(format);
}
