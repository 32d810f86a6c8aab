import { ChunkTable, type Marks, type Shape, shapeKeyOf } from './chunks.ts';
import { generaliseWords } from './generalise-words.ts';
import { isBefore, type Leaf, type PatternGroup } from './leaf.ts';
import { mergeShapes } from './merge-shapes.ts';
import { Pace, type Steps } from './pace.ts';
import { PRESSURE_LEAVES, relievePressure } from './pressure.ts';
import { punctuationLane, SENTENCE_END_A } from './token-marks.ts';
import type { Candidate } from './uniques.ts';

const SENTENCE_MARKS: Marks = new Set([...[...',;:'].map(punctuationLane), SENTENCE_END_A]);

/** A leaf, its group, and the positions at which it is proven to hold values. */
export interface Grouped {
  readonly leaf: Leaf;
  readonly group: PatternGroup;
  readonly proven: ReadonlySet<number> | undefined;
}

/**
 * Groups leaves: a function of their signatures and counts, in steps. Leaves that come meanwhile
 * are in the next run.
 */
export function* regroup(leaves: readonly Leaf[]): Steps<readonly Grouped[]> {
  const pace = new Pace();
  const candidates = leaves.map(
    (leaf): Candidate => ({ leaf, signature: leaf.signature, proven: undefined }),
  );
  yield* generaliseWords(candidates, pace);
  if (candidates.length > PRESSURE_LEAVES) yield* relievePressure(candidates, pace);
  let tokens = 0;
  for (const { signature } of candidates) tokens += signature.kinds.length;
  const chunks = new ChunkTable(tokens);
  const shapes = yield* shapesOf(candidates, chunks, pace);
  yield* mergeShapes(shapes, chunks, pace);
  return yield* groupsOf(shapes, pace);
}

function* shapesOf(
  candidates: readonly Candidate[],
  chunks: ChunkTable,
  pace: Pace,
): Steps<readonly Shape[]> {
  const shapes = new Map<number, Shape>();
  for (const candidate of candidates) {
    const { signature, leaf } = candidate;
    const key = shapeKeyOf(signature);
    let shape = shapes.get(key);
    if (shape === undefined) {
      const from = chunks.count;
      chunks.add(signature, SENTENCE_MARKS);
      shape = { key, signature, from, to: chunks.count, members: [], count: 0, into: undefined };
      shapes.set(key, shape);
    }
    shape.members.push(candidate);
    shape.count += leaf.count;
    if (pace.spend(signature.kinds.length * 2)) yield;
  }
  return [...shapes.values()];
}

function* groupsOf(shapes: readonly Shape[], pace: Pace): Steps<readonly Grouped[]> {
  const merged = new Map<Shape, Shape[]>();
  for (const shape of shapes) {
    let into = shape;
    while (into.into !== undefined) into = into.into;
    const list = merged.get(into);
    if (list === undefined) merged.set(into, [shape]);
    else list.push(shape);
  }
  const grouped: Grouped[] = [];
  for (const [into, list] of merged) {
    const members = list.flatMap((shape) => shape.members);
    const head = members.reduce(
      (first, { leaf }) => (isBefore(leaf, first) ? leaf : first),
      members[0].leaf,
    );
    const shown = into.members.reduce((most, member) =>
      isShownBefore(member, most) ? member : most,
    );
    const alike = into.members.map(({ leaf }) => leaf);
    const group = { head, shown: shown.leaf, signature: shown.signature, alike };
    for (const { leaf, proven } of members) grouped.push({ leaf, group, proven });
    if (pace.spend(members.length)) yield;
  }
  return grouped;
}

function isShownBefore({ leaf }: Candidate, { leaf: other }: Candidate): boolean {
  return leaf.count === other.count ? isBefore(leaf, other) : leaf.count > other.count;
}
