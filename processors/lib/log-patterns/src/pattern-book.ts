import { commonAffixes } from './affixes.ts';
import { Leaf } from './leaf.ts';
import type { LeafFact } from './leaf-fact.ts';
import { LineSum } from './line-sum.ts';
import { Pace, type Steps } from './pace.ts';
import { regroup } from './regroup.ts';
import { generalise, signatureOf } from './signature.ts';
import { renderShown } from './template.ts';
import { TokenKind } from './token-list.ts';
import { Tokenizer } from './tokenizer.ts';
import { slotsOf, type ValueSlot } from './value-slots.ts';

/** Leaves that are grouped together; of more the ones with fewest lines stand alone. */
const LEAVES_MAX = 8192;
/** Leaves that gave way, and where to. */
const MOVED_MAX = 65_536;
const CHAIN_MAX = 64;

/** Which pattern a leaf belongs to. */
export interface PatternEntry {
  readonly leafId: string;
  /** The smallest id among its leaves; those that processes made of proven values do not count. */
  readonly patternId: string;
  readonly template: string;
  /** A line of the pattern. */
  readonly sample: string;
  /** For each value of the template, where a line of this leaf has it. */
  readonly slots: readonly ValueSlot[];
}

/**
 * The leaves of one source as several processes saw them, and the patterns they make together: a
 * function of what was learned, not of its order.
 */
export class PatternBook {
  readonly #tokenizer = new Tokenizer();
  readonly #places = new LineSum();
  readonly #leaves = new Map<string, Leaf>();
  readonly #moved = new Map<string, string>();

  get size(): number {
    return this.#leaves.size;
  }

  /** Whether an id has a place here already. */
  knows(id: string): boolean {
    return this.#leaves.has(id) || this.#moved.has(id);
  }

  /** Takes a fact in; true when patterns may be others now. */
  learn(fact: LeafFact): boolean {
    const { id, movedTo } = fact;
    if (movedTo !== undefined) return this.#learnMove(id, movedTo);
    const known = this.#leaves.get(id);
    if (known === undefined) {
      if (this.#leaves.size >= LEAVES_MAX || fact.line === '') return false;
      this.#leaves.set(id, this.#leafOf(fact));
      return true;
    }
    const before = JSON.stringify(known.affixes);
    known.affixes = commonAffixes(known.affixes, fact.affixes);
    known.count = Math.max(known.count, fact.count);
    return JSON.stringify(known.affixes) !== before;
  }

  #learnMove(id: string, movedTo: string): boolean {
    if (id === movedTo || this.#moved.get(id) === movedTo) return false;
    if (this.#moved.size >= MOVED_MAX && !this.#moved.has(id)) return false;
    this.#moved.set(id, movedTo);
    return true;
  }

  #leafOf({ id, line, start, values, affixes, count }: LeafFact): Leaf {
    const bytes = Buffer.from(line, 'latin1');
    this.#tokenizer.tokenize(bytes, Math.min(start, bytes.length), bytes.length);
    const { tokens } = this.#tokenizer;
    this.#places.read(tokens);
    const whole = signatureOf(tokens, this.#places.a, this.#places.b);
    const positions = values.filter((position) => position < tokens.count);
    const number = BigInt(`0x${id}`);
    const foldedAt = positions.filter((at) => tokens.kind[at] !== TokenKind.variable);
    const leaf = new Leaf(generalise(whole, positions), {
      isGeneral: foldedAt.length > 0,
      foldedAt,
      exemplar: line,
      bodyStart: Math.min(start, bytes.length),
      affixes: affixes?.map((affix) => ({ ...affix })),
      a: Number(BigInt.asIntN(32, number >> 32n)),
      b: Number(BigInt.asIntN(32, number)),
    });
    leaf.count = count;
    return leaf;
  }

  /** Groups all leaves anew, in steps. */
  *group(): Steps<readonly PatternEntry[]> {
    const live: Leaf[] = [];
    for (const [id, leaf] of this.#leaves) {
      if (this.#endOf(id) !== id) continue;
      live.push(leaf);
    }
    live.sort((x, y) => (x.id < y.id ? -1 : 1));
    for (const { leaf, group } of yield* regroup(live)) leaf.group = group;
    const pace = new Pace();
    const members = new Map<Leaf, string[]>();
    for (const id of new Set([...this.#leaves.keys(), ...this.#moved.keys()])) {
      const end = this.#leaves.get(this.#endOf(id));
      if (end === undefined) continue;
      const list = members.get(end.head);
      if (list === undefined) members.set(end.head, [id]);
      else list.push(id);
      if (pace.spend(8)) yield;
    }
    const entries: PatternEntry[] = [];
    for (const [head, ids] of members) {
      entries.push(...this.#entriesOf(head, ids));
      if (pace.spend(ids.length * 40)) yield;
    }
    return entries;
  }

  #entriesOf(head: Leaf, ids: readonly string[]): PatternEntry[] {
    const { text: template, marks } = renderShown(head, this.#tokenizer);
    const shown = (head.group?.shown ?? head).current;
    const sample = Buffer.from(shown.exemplar, 'latin1').toString('utf8');
    const concrete = ids.filter((id) => this.#leaves.get(id)?.isGeneral !== true);
    const candidates = concrete.length > 0 ? concrete : ids;
    const [patternId] = candidates.toSorted();
    return ids.map((id) => {
      // A leaf of which nothing but its successor is known has no places.
      const own = this.#leaves.get(id);
      const slots = own === undefined ? [] : slotsOf(own, marks, this.#tokenizer);
      return { leafId: id, patternId, template, sample, slots };
    });
  }

  /** The leaf that stands for one now; itself when its successor is not known. */
  #endOf(id: string): string {
    let end = id;
    for (let i = 0; i < CHAIN_MAX; i++) {
      const next = this.#moved.get(end);
      if (next === undefined || !this.#leaves.has(next)) return end;
      // A leaf that gave way and came back: the one with lines of its own stands.
      if (next === id) return id;
      end = next;
    }
    return end;
  }
}
