import { indexWithin, isDigit } from './byte-class.ts';

const NEWLINE = 10;
const COLON = 58;
const LINES_MAX = 400;

/** A line of a record of several. */
interface Line {
  readonly from: number;
  readonly to: number;
}

/**
 * Which line of a record of several says what happened: the first, with the next that is not
 * indented when it ends in `:` (`Traceback ...:` and the exception); not one that only names a
 * place. One range, or two that belong together.
 */
export function messageLines(bytes: Uint8Array, from: number, to: number): readonly Line[] {
  const lines: Line[] = [];
  let isWanted = true;
  let at = from;
  for (let i = 0; i < LINES_MAX && at < to && lines.length < 2; i++) {
    const found = indexWithin(bytes, NEWLINE, at, to);
    const end = found < 0 ? to : found;
    const line = trimmed(bytes, at, end);
    const isIndented = line.from > at;
    at = end + 1;
    if (line.from === line.to) continue;
    if (lines.length > 0 && isIndented) continue;
    if (isWanted) {
      lines.push(line);
      isWanted = bytes[line.to - 1] === COLON;
      if (isPlace(bytes, line) && at < to) {
        lines.pop();
        isWanted = true;
        at = behindIndented(bytes, at, to);
      }
    }
    if (!isWanted) break;
  }
  return lines.length > 0 ? lines : [{ from, to }];
}

function behindIndented(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === 32 || bytes[at] === 9 || bytes[at] === NEWLINE)) {
    if (bytes[at] === NEWLINE) {
      at++;
      continue;
    }
    const end = indexWithin(bytes, NEWLINE, at, to);
    if (end < 0) return from;
    at = end + 1;
  }
  return at;
}

/** `/app/server.js:12`: nothing but where it happened. */
function isPlace(bytes: Uint8Array, { from, to }: Line): boolean {
  if (!isDigit(bytes[to - 1])) return false;
  let at = to;
  while (at > from && isDigit(bytes[at - 1])) at--;
  if (bytes[at - 1] !== COLON) return false;
  return indexWithin(bytes, 32, from, to) < 0;
}

function trimmed(bytes: Uint8Array, from: number, to: number): Line {
  let [start, end] = [from, to];
  while (start < end && bytes[start] <= 32) start++;
  while (end > start && bytes[end - 1] <= 32) end--;
  return { from: start, to: end };
}
