/**
 * Colour index by name, for as many names as the palette holds without a clash: each name starts
 * at its hash, so that a service keeps its colour from trace to trace, and moves on when that is
 * taken.
 */
export function assignColours(names: readonly string[], colourCount: number): Map<string, number> {
  const assigned = new Map<string, number>();
  const taken = new Set<number>();
  for (const name of names) {
    if (assigned.has(name)) continue;
    let index = hashText(name) % colourCount;
    if (taken.size < colourCount) {
      while (taken.has(index)) index = (index + 1) % colourCount;
    }
    taken.add(index);
    assigned.set(name, index);
  }
  return assigned;
}

/** FNV-1a over UTF-16 units, 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
