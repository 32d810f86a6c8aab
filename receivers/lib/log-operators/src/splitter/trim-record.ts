export interface TrimConfig {
  readonly preserve_leading_whitespaces: boolean;
  readonly preserve_trailing_whitespaces: boolean;
}

/** A record's range without white space at its ends; reused from call to call. */
export interface TrimmedRange {
  start: number;
  end: number;
}

/** Narrows the range of a record whose encoding has white space as ASCII has it. */
export function trimRecord(bytes: Uint8Array, range: TrimmedRange, config: TrimConfig): void {
  let { start, end } = range;
  if (!config.preserve_trailing_whitespaces) {
    while (end > start && isSpace(bytes[end - 1])) end--;
  }
  if (!config.preserve_leading_whitespaces) {
    while (start < end && isSpace(bytes[start])) start++;
  }
  range.start = start;
  range.end = end;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
