import type { Affixes } from './affixes.ts';
import { idOf } from './position-hash.ts';
import type { Signature } from './signature.ts';

/** Several leaves that are one pattern. */
export interface PatternGroup {
  /** The leaf with the smallest id: the group's id, whatever the order of arrival. */
  readonly head: Leaf;
  /** Of the leaf that shows it: with values where members differ. */
  readonly signature: Signature;
  readonly shown: Leaf;
  /** Leaves with that signature: what their values have in common is shown. */
  readonly alike: readonly Leaf[];
}

/**
 * A distinct signature: the finest decision, which never changes. Its id is stored with the line;
 * which pattern it belongs to is looked up when somebody reads.
 */
export class Leaf {
  // What every line looks at comes first, so that it lies side by side in memory.
  count = 0;
  /** The source's line number at which it was seen last. */
  lastSeen = 0;
  /** A third lane over the tokens in order: lines whose sums agree are told apart by it. */
  readonly check: number;
  /** Made from proven values: concrete leaves fold into it. */
  isGeneral: boolean;
  affixes: Affixes;
  /** Others are of its statement: it is no noise. */
  isKin = false;
  /** It was told of last on that day (`LeafNews`), and is again at that count. */
  toldOnDay = -1;
  toldAgainAt = 1;
  /** The leaf that took this one's place. */
  movedTo: Leaf | undefined;
  group: PatternGroup | undefined;
  /** The id as it is stored (`leafId`), once somebody asked. */
  idText: string | undefined;
  readonly signature: Signature;
  /** The lanes of the id: the signature's sums, but after a collision. */
  readonly a: number;
  readonly b: number;
  /** A line as it came, from the header on, as Latin-1 of its bytes; at most `EXEMPLAR_BYTES_MAX`. */
  exemplar: string;
  /** Where in it the message begins. */
  bodyStart: number;
  /** Of a general one: positions that concrete lines have words at. */
  readonly foldedAt: readonly number[];
  /** Its place among its source's leaves; -1 when it is no longer there. */
  slot = -1;
  /** The alias of this leaf has changed and was not read since. */
  isChanged = false;

  constructor(signature: Signature, options: LeafOptions) {
    this.signature = signature;
    this.a = options.a ?? signature.a;
    this.b = options.b ?? signature.b;
    this.check = options.check ?? 0;
    this.exemplar = options.exemplar;
    this.bodyStart = options.bodyStart;
    this.affixes = options.affixes;
    this.isGeneral = options.isGeneral ?? false;
    this.foldedAt = options.foldedAt ?? [];
  }

  get id(): bigint {
    return idOf(this.a, this.b);
  }

  /** The leaf that stands for this one now. */
  get current(): Leaf {
    let leaf: Leaf = this;
    while (leaf.movedTo !== undefined) leaf = leaf.movedTo;
    return leaf;
  }

  /** The leaf whose id names the pattern. */
  get head(): Leaf {
    const { current } = this;
    const head = current.group?.head ?? current;
    return head.movedTo === undefined ? head : head.current;
  }
}

interface LeafOptions {
  readonly exemplar: string;
  readonly bodyStart: number;
  readonly affixes: Affixes;
  readonly isGeneral?: boolean;
  readonly foldedAt?: readonly number[];
  readonly check?: number;
  readonly a?: number;
  readonly b?: number;
}

/** Whether leaf `x` has the smaller id. */
export function isBefore(x: Leaf, y: Leaf): boolean {
  return x.a === y.a ? x.b >>> 0 < y.b >>> 0 : x.a >>> 0 < y.a >>> 0;
}
