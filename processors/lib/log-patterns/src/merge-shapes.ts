import { type ChunkTable, KeySum, type Shape } from './chunks.ts';
import { mergeGaps } from './gap-values.ts';
import { mergeOptionalPrefixes } from './optional-prefixes.ts';
import type { Pace, Steps } from './pace.ts';
import { KIND_BITS, type Signature } from './signature.ts';
import { TokenKind } from './token-list.ts';
import { punctuationLane } from './token-marks.ts';

/** Shapes that differ in the length of rows of values alone are one, if so much speaks for it. */
const ROW_LENGTHS_MIN = 3;
const ROW_MAX = 4;
const ROW_WORDS_MIN = 8;
const WORDS_BESIDE_VALUE_MIN = 2;
const CANDIDATES_MAX = 50;
const DUMP_TOKENS_MIN = 4;
const DUMP_SHAPES_MIN = 2;
const DUMP_WORDS_MIN = 2;

const VALUE_PART = 1;
const DUMP_PART = 3;

const OPENING: ReadonlySet<number> = new Set([...'([{'].map(punctuationLane));
const CLOSING: ReadonlySet<number> = new Set([...')]}'].map(punctuationLane));
const SEPARATING: ReadonlySet<number> = new Set([...',=:;'].map(punctuationLane));

/** Merges shapes of different length that are one statement: by rows, by compounds, by dumps. */
export function* mergeShapes(shapes: readonly Shape[], chunks: ChunkTable, pace: Pace): Steps {
  yield* mergeRows(shapes, chunks, pace);
  yield* mergeCompounds(shapes, chunks, pace);
  yield* mergeDumps(shapes, pace);
  yield* mergeGaps(shapes, pace);
  yield* mergeOptionalPrefixes(shapes, pace);
}

function* mergeRows(shapes: readonly Shape[], chunks: ChunkTable, pace: Pace): Steps {
  const byKey = new Map<number, Shape[]>();
  const rows = new Map<Shape, { readonly longest: number; readonly words: number }>();
  for (const shape of shapes) {
    const sum = new KeySum();
    let row = 0;
    let longest = 0;
    let words = 0;
    for (let chunk = shape.from; chunk < shape.to; chunk++) {
      if (chunks.isPure[chunk] === 1) {
        if (row === 0) sum.add(VALUE_PART);
        row++;
        longest = Math.max(longest, row);
      } else {
        row = 0;
        words += chunks.words[chunk];
        sum.add(chunks.key[chunk]);
      }
    }
    if (pace.spend((shape.to - shape.from) * 2)) yield;
    if (longest === 0 || words === 0) continue;
    rows.set(shape, { longest, words });
    push(byKey, sum.key, shape);
  }
  for (const alike of byKey.values()) {
    if (alike.length < 2) continue;
    const lengths = new Set(alike.map(({ from, to }) => to - from));
    const longest = Math.max(...alike.map((shape) => rows.get(shape)?.longest ?? 0));
    const words = rows.get(alike[0])?.words ?? 0;
    if (lengths.size < ROW_LENGTHS_MIN && longest < ROW_MAX && words < ROW_WORDS_MIN) continue;
    mergeAll(alike);
    if (pace.spend(alike.length)) yield;
  }
}

/** A value in A takes in what holds a value in B (`LOCAL(0)`, `host:80`), the rest being equal. */
function* mergeCompounds(shapes: readonly Shape[], chunks: ChunkTable, pace: Pace): Steps {
  const byKey = new Map<number, Shape[]>();
  const pure = new Map<Shape, number>();
  for (const shape of shapes) {
    if (shape.into !== undefined) continue;
    const sum = new KeySum();
    let count = 0;
    for (let chunk = shape.from; chunk < shape.to; chunk++) {
      count += chunks.isPure[chunk];
      if (chunks.holdsValue[chunk] === 1) {
        sum.add(VALUE_PART);
        sum.add(chunks.tail[chunk]);
      } else {
        sum.add(chunks.key[chunk]);
      }
    }
    pure.set(shape, count);
    push(byKey, sum.key, shape);
    if (pace.spend((shape.to - shape.from) * 2)) yield;
  }
  for (const alike of byKey.values()) {
    if (alike.length < 2) continue;
    alike.sort(
      (x, y) => (pure.get(y) ?? 0) - (pure.get(x) ?? 0) || y.count - x.count || x.key - y.key,
    );
    for (let i = 1; i < alike.length; i++) {
      const into = alike
        .slice(0, Math.min(i, CANDIDATES_MAX))
        .find((wide) => wide.into === undefined && takesIn(wide, alike[i], chunks));
      alike[i].into = into;
      if (pace.spend(CANDIDATES_MAX)) yield;
    }
  }
}

function takesIn(wide: Shape, narrow: Shape, chunks: ChunkTable): boolean {
  const { key, isPure, holdsValue, words, tail } = chunks;
  let literal = 0;
  for (let i = 0; i < wide.to - wide.from; i++) {
    const own = wide.from + i;
    const other = narrow.from + i;
    if (holdsValue[own] === 0 && words[own] > 0) literal++;
    if (key[own] !== key[other] && !(isPure[own] === 1 && tail[own] === tail[other])) return false;
  }
  return literal >= WORDS_BESIDE_VALUE_MIN;
}

/** Lists and objects in brackets, whatever they hold. */
function* mergeDumps(shapes: readonly Shape[], pace: Pace): Steps {
  const byKey = new Map<number, Shape[]>();
  for (const shape of shapes) {
    if (shape.into !== undefined) continue;
    const { key, words } = withoutDumps(shape.signature);
    if (words >= DUMP_WORDS_MIN) push(byKey, key, shape);
    if (pace.spend(shape.signature.kinds.length * 2)) yield;
  }
  for (const alike of byKey.values()) {
    if (alike.length < DUMP_SHAPES_MIN) continue;
    const lengths = new Set(alike.map(({ signature }) => signature.kinds.length));
    if (lengths.size < 2 && alike.length < 2 * DUMP_SHAPES_MIN) continue;
    mergeAll(alike);
    if (pace.spend(alike.length)) yield;
  }
}

function withoutDumps({ lanes, kinds }: Signature): { key: number; words: number } {
  const sum = new KeySum();
  let words = 0;
  for (let i = 0; i < kinds.length; i++) {
    const lane = lanes[i * 2];
    const kind = kinds[i] & KIND_BITS;
    if (kind === TokenKind.punctuation && OPENING.has(lane)) {
      const end = dumpEnd(lanes, kinds, i);
      if (end > 0) {
        sum.add(DUMP_PART);
        sum.add(lane);
        i = end;
        continue;
      }
    }
    if (kind === TokenKind.word) words++;
    sum.add(lane);
    sum.add(lanes[i * 2 + 1]);
  }
  return { key: sum.key, words };
}

/** The last token of the dump that opens at `from` (the line's end when it never closes); else 0. */
function dumpEnd(lanes: readonly number[], kinds: Uint8Array, from: number): number {
  let depth = 0;
  let separators = 0;
  let end = from;
  for (; end < kinds.length; end++) {
    if ((kinds[end] & KIND_BITS) !== TokenKind.punctuation) continue;
    const lane = lanes[end * 2];
    if (OPENING.has(lane)) depth++;
    else if (CLOSING.has(lane)) {
      depth--;
      if (depth === 0) break;
    } else if (SEPARATING.has(lane)) separators++;
  }
  return separators >= 1 && end - from >= DUMP_TOKENS_MIN ? end : 0;
}

function mergeAll(alike: Shape[]): void {
  alike.sort((x, y) => y.count - x.count || x.to - x.from - (y.to - y.from) || x.key - y.key);
  for (const shape of alike.slice(1)) shape.into = alike[0];
}

function push(map: Map<number, Shape[]>, key: number, shape: Shape): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [shape]);
  else list.push(shape);
}
