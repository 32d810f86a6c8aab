import { Entry, type EntryValue, toEntryValue } from '@sonde/log-operators';

export interface JournalEntry {
  readonly entry: Entry;
  readonly cursor: string;
}

const DIGITS = /^[0-9]{1,19}$/;

/** An entry of the journal as `journalctl --output=json` writes it. Throws for what is none. */
export function readJournalLine(
  line: string,
  { messageAsText }: { messageAsText: boolean },
): JournalEntry {
  const body = toEntryValue(JSON.parse(line), { ints: true });
  if (!(body instanceof Map)) throw new Error('an entry of the journal that is no object');
  const time = body.get('__REALTIME_TIMESTAMP');
  if (typeof time !== 'string' || !DIGITS.test(time)) {
    throw new Error('journald body missing required __REALTIME_TIMESTAMP');
  }
  const cursor = body.get('__CURSOR');
  if (typeof cursor !== 'string') throw new Error('journald field for cursor is not a string');
  body.delete('__REALTIME_TIMESTAMP');
  if (messageAsText) {
    const message = body.get('MESSAGE');
    if (message !== undefined) body.set('MESSAGE', bytesToText(message));
  }
  const entry = new Entry(body, BigInt(Date.now()) * 1_000_000n);
  entry.timeUnixNano = BigInt(time) * 1000n;
  return { entry, cursor };
}

/** A list of bytes, which is how the journal gives what is no text. */
function bytesToText(value: EntryValue): EntryValue {
  if (!Array.isArray(value)) return value;
  const bytes = value.filter((byte) => typeof byte === 'bigint').map(Number);
  return bytes.length === value.length ? Buffer.from(bytes).toString('utf8') : value;
}
