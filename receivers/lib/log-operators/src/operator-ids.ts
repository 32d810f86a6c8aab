import type { OperatorSpec } from './operator.ts';

/** The id of each operator: its type where none is written, with a number behind when it is taken. */
export function uniqueIds(specs: readonly Pick<OperatorSpec, 'id' | 'type'>[]): readonly string[] {
  const taken = new Set<string>();
  return specs.map(({ id, type }) => {
    const wanted = id === '' ? type : id;
    let unique = wanted;
    for (let n = 1; taken.has(unique); n++) unique = `${wanted}${n}`;
    taken.add(unique);
    return unique;
  });
}

/** The first operator whose entries come back to it; undefined where there is none. */
export function findCircle(specs: readonly OperatorSpec[]): string | undefined {
  const ids = uniqueIds(specs);
  const targets = specs.map(({ output, routes }, index) => {
    const named = [...output, ...(routes ?? []).flat()];
    const next = output.length === 0 && routes === undefined ? [index + 1] : [];
    return [...next, ...named.map((id) => ids.indexOf(id))];
  });
  const state = new Uint8Array(specs.length);
  const visit = (index: number): string | undefined => {
    if (state[index] === 2 || index < 0 || index >= specs.length) return undefined;
    if (state[index] === 1) return ids[index];
    state[index] = 1;
    for (const target of targets[index] ?? []) {
      const circle = visit(target);
      if (circle !== undefined) return circle;
    }
    state[index] = 2;
    return undefined;
  };
  for (const index of specs.keys()) {
    const circle = visit(index);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
