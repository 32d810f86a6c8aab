import type { FunctionDefinition } from '../compile/function-definition.ts';
import { EvaluationError } from '../errors.ts';
import { converter, ofTwoStrings } from './define.ts';

interface Range {
  start: bigint;
  length: bigint;
  /** Whether whole characters are to be kept. */
  utf8Safe: boolean;
}

/** Bytes `[start, start + length)` of the text's UTF-8. Half a character becomes U+FFFD. */
function substring(text: string, { start, length, utf8Safe }: Range): string {
  const size = Buffer.byteLength(text);
  if (start > BigInt(size) || length > BigInt(size) - start) {
    throw new EvaluationError(
      `invalid range for substring function, start(${start})+length(${length}) cannot be greater than the length of target string(${size})`,
    );
  }
  let from = Number(start);
  let to = Number(start + length);
  if (size === text.length) return text.slice(from, to);
  const bytes = Buffer.from(text);
  if (utf8Safe) {
    while (from < size && isContinuation(bytes[from])) from++;
    while (from < to && to < size && isContinuation(bytes[to])) to--;
    to = Math.max(from, to);
  }
  return bytes.toString('utf8', from, to);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

const substringConverter = converter(
  'Substring',
  ['target', 'start', 'length', 'utf8_safe?'],
  (args) => {
    const target = args.string('target');
    const startOf = args.int('start');
    const lengthOf = args.int('length');
    const utf8Safe = args.has('utf8_safe') && args.literalBool('utf8_safe');
    return (cursor) => {
      const start = startOf(cursor);
      if (start < 0n) {
        throw new EvaluationError(
          `invalid start for substring function, ${start} cannot be negative`,
        );
      }
      const length = lengthOf(cursor);
      if (length <= 0n) {
        throw new EvaluationError(
          `invalid length for substring function, ${length} cannot be negative or zero`,
        );
      }
      return substring(target(cursor), { start, length, utf8Safe });
    };
  },
);

/** Go's `strings.Trim`: every character of the set, at both ends. */
function trimSet(text: string, set: ReadonlySet<string>): string {
  const characters = [...text];
  let from = 0;
  let to = characters.length;
  while (from < to && set.has(characters[from] ?? '')) from++;
  while (to > from && set.has(characters[to - 1] ?? '')) to--;
  return characters.slice(from, to).join('');
}

const trim = converter('Trim', ['target', 'replacement?'], (args) => {
  const target = args.string('target');
  const set = new Set(args.has('replacement') ? args.literalString('replacement') : ' ');
  return (cursor) => trimSet(target(cursor), set);
});

export const TEXT_PARTS: readonly FunctionDefinition[] = [
  substringConverter,
  trim,
  ofTwoStrings('Split', 'delimiter', (text, delimiter) =>
    delimiter === '' ? [...text] : text.split(delimiter),
  ),
  ofTwoStrings('HasPrefix', 'prefix', (text, prefix) => text.startsWith(prefix)),
  ofTwoStrings('HasSuffix', 'suffix', (text, suffix) => text.endsWith(suffix)),
  ofTwoStrings('TrimPrefix', 'prefix', (text, prefix) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  ofTwoStrings('TrimSuffix', 'suffix', (text, suffix) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
];
