import type { EntryMap } from '@sonde/log-operators';

/** Where the reading of a file stands. */
export interface FilePosition {
  /** Of the next byte. */
  readonly offset: number;
  /** Records before it. */
  readonly number: number;
}

/** What of a file is remembered when it is not open: enough to know it again, wherever it lies. */
export interface KnownFile extends FilePosition {
  /** Its first bytes. */
  readonly fingerprint: Buffer;
  /** The bytes before `offset`; empty where they are not known. */
  readonly anchor: Buffer;
  /** Device and inode, a hint only. */
  readonly key: string;
  readonly headerDone: boolean;
  readonly headerAttributes: EntryMap;
}

/** Whether `head` starts with these bytes, of which there are some. */
export function startsWith(head: Buffer, bytes: Buffer): boolean {
  const { length } = bytes;
  return length > 0 && head.length >= length && bytes.compare(head, 0, length) === 0;
}
