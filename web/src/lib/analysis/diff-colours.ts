import { theme } from '../shell/theme.svelte.ts';

/** Orange is slower, blue faster, grey the same: told apart by everybody. */
const THEMES = {
  dark: { same: [126, 140, 158], slower: [255, 133, 82], faster: [84, 170, 245] },
  light: { same: [176, 187, 199], slower: [226, 106, 62], faster: [84, 150, 222] },
} as const;

/** -1 faster, 0 the same, 1 slower. Reactive: a change of theme makes who reads it draw again. */
export function diffColours(): (slower: number) => string {
  const { same, slower: slowest, faster: fastest } = THEMES[theme.resolved];
  return (slower) => {
    const end = slower >= 0 ? slowest : fastest;
    // The first few per cent are to be seen already.
    const share = Math.sqrt(Math.min(1, Math.abs(slower)));
    const mixed = same.map((from, i) => Math.round(from + ((end[i] ?? from) - from) * share));
    return `rgb(${mixed.join(' ')})`;
  };
}
