import type { LogRecord } from '@sonde/backend/api-contract';
import { hashText } from '../charts/series-colours.ts';

/**
 * A key a record: the same record has the same key after a reload, so that the URL can name it.
 * Records that are alike in all that counts get an ordinal.
 */
export function recordKeys(records: readonly LogRecord[]): string[] {
  const seen = new Map<string, number>();
  return records.map((record) => {
    const identity = `${record.service}\n${record.spanId}\n${record.body}`;
    const key = `${record.timeUnixNano}-${hashText(identity).toString(36)}`;
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    return ordinal === 0 ? key : `${key}-${ordinal}`;
  });
}
