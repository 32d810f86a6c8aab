import { commonAffixes } from './affixes.ts';
import { Leaf } from './leaf.ts';
import { Pace, type Steps } from './pace.ts';
import type { PatternSource } from './pattern-source.ts';
import type { Grouped } from './regroup.ts';
import { generalise } from './signature.ts';

/** The share of a source's leaves that goes when there is no room. */
const EVICTED_SHARE = 4;

/** Takes the leaves out that were seen least and longest ago; their aliases stay as they are. */
export function evictColdest(source: PatternSource): readonly Leaf[] {
  const leaves = source.liveLeaves();
  leaves.sort((x, y) => x.count - y.count || x.lastSeen - y.lastSeen);
  const gone = leaves.slice(0, Math.ceil(leaves.length / EVICTED_SHARE));
  for (const leaf of gone) source.remove(leaf);
  return gone;
}

/** Makes general leaves of proven values; concrete ones become aliases of them. */
export function* foldGrouped(
  source: PatternSource,
  grouped: readonly Grouped[],
  move: (leaf: Leaf, to: Leaf) => void,
): Steps {
  const pace = new Pace();
  for (const { leaf, group, proven } of grouped) {
    if (proven === undefined || leaf.slot < 0 || leaf.movedTo !== undefined) continue;
    const positions = [...proven].sort((x, y) => x - y);
    const general = generalLeaf(source, leaf, positions);
    if (general !== leaf) {
      general.group ??= group;
      general.count += leaf.count;
      general.affixes = commonAffixes(general.affixes, leaf.affixes);
      general.lastSeen = Math.max(general.lastSeen, leaf.lastSeen);
      source.fold(leaf);
      move(leaf, general);
    }
    if (source.masks.add(leaf.signature.kinds.length, positions)) source.epoch = 0;
    if (pace.spend(leaf.signature.kinds.length * 2)) yield;
  }
}

function generalLeaf(source: PatternSource, leaf: Leaf, positions: readonly number[]): Leaf {
  const signature = generalise(leaf.signature, positions);
  const found = source.leaves[source.table.get(signature.a, signature.b)];
  if (found !== undefined) {
    if (!found.isGeneral) source.makeGeneral(found);
    return found;
  }
  const general = new Leaf(signature, {
    exemplar: leaf.exemplar,
    bodyStart: leaf.bodyStart,
    affixes: leaf.affixes?.map((affix) => ({ ...affix })),
    isGeneral: true,
    foldedAt: positions,
  });
  source.add(general);
  source.epoch = 0;
  source.fresh--;
  return general;
}
