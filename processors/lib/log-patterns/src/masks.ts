import type { LeafTable } from './leaf-table.ts';
import { variablePlaceA, variablePlaceB } from './signature.ts';

/** Sets of positions that are tried, per number of tokens. */
const MASKS_MAX = 64;

/** Positions at which values are proven, by number of tokens: tried where a line has no leaf. */
export class Masks {
  readonly #byLength = new Map<number, Uint8Array[]>();

  /** False when they were known. */
  add(length: number, positions: readonly number[]): boolean {
    const masks = this.#byLength.get(length) ?? [];
    this.#byLength.set(length, masks);
    const isKnown = masks.some(
      (mask) => mask.length === positions.length && mask.every((p, i) => p === positions[i]),
    );
    if (isKnown) return false;
    // The oldest gives way: leaves found by it are found by their own signature again.
    if (masks.length >= MASKS_MAX) masks.shift();
    masks.push(Uint8Array.from(positions));
    return true;
  }

  /** The general leaf that a line's places belong to, or -1. */
  find(places: Places, table: LeafTable): number {
    const masks = this.#byLength.get(places.count);
    if (masks === undefined) return -1;
    for (const mask of masks) {
      let { a, b } = places;
      for (let i = 0; i < mask.length; i++) {
        const position = mask[i];
        a = (a - places.placeA[position] + variablePlaceA(position)) | 0;
        b = (b - places.placeB[position] + variablePlaceB(position)) | 0;
      }
      const found = table.get(a, b);
      if (found >= 0) return found;
    }
    return -1;
  }
}

/** The sums of a line's tokens, and what each position adds. */
export interface Places {
  readonly count: number;
  readonly a: number;
  readonly b: number;
  readonly placeA: Int32Array;
  readonly placeB: Int32Array;
}
