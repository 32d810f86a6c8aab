import { theme } from '../shell/theme.svelte.ts';

/** Series colours in the style sheet. */
export const SERIES_COUNT = 10;

/** Stops of the heatmap's ramp in the style sheet. */
const HEAT_STOPS = 5;

/** The colours that canvases draw with, as the style sheet gives them for the theme in use. */
export interface Palette {
  readonly surface: string;
  readonly raised: string;
  readonly hover: string;
  readonly selected: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly text: string;
  readonly textMuted: string;
  readonly textFaint: string;
  readonly accent: string;
  readonly error: string;
  readonly warn: string;
  readonly requests: string;
  readonly errors: string;
  readonly quiet: string;
  readonly grid: string;
  readonly series: readonly string[];
  readonly heat: readonly string[];
  /** For text on a mark of a series. */
  readonly ink: string;
  readonly font: string;
  readonly mono: string;
}

/** Reactive: a change of theme makes who reads it draw again. */
export function palette(): Palette {
  void theme.resolved;
  return readPalette(getComputedStyle(document.documentElement));
}

function readPalette(style: CSSStyleDeclaration): Palette {
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const numbered = (name: string, from: number, count: number): string[] =>
    Array.from({ length: count }, (_, index) => read(`${name}-${from + index}`));
  return {
    surface: read('surface'),
    raised: read('raised'),
    hover: read('hover'),
    selected: read('selected'),
    line: read('line'),
    lineStrong: read('line-strong'),
    text: read('text'),
    textMuted: read('text-muted'),
    textFaint: read('text-faint'),
    accent: read('accent'),
    error: read('error'),
    warn: read('mark-warn'),
    requests: read('mark-requests'),
    errors: read('mark-errors'),
    quiet: read('mark-quiet'),
    grid: read('grid'),
    series: numbered('series', 1, SERIES_COUNT),
    heat: numbered('heat', 0, HEAT_STOPS),
    ink: read('accent-ink'),
    font: read('font'),
    mono: read('font-mono'),
  };
}
