/** A stretch of text with one look. */
export interface AnsiPiece {
  readonly text: string;
  /** Class names of the style sheet: `red`, `bold`, ... */
  readonly look: string;
}

type Hue = 'black' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white';

const HUES: readonly Hue[] = [
  ...(['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const),
];
const STYLES: ReadonlyMap<number, string> = new Map([
  [1, 'bold'],
  [2, 'dim'],
  [3, 'italic'],
  [4, 'underline'],
  [9, 'strike'],
]);
/** What each code ends. */
const ENDS: ReadonlyMap<number, readonly string[]> = new Map<number, readonly string[]>([
  [22, ['bold', 'dim']],
  [23, ['italic']],
  [24, ['underline']],
  [29, ['strike']],
  [39, HUES],
]);
const PIECES_MAX = 500;
const ESCAPE = '\u001b';
const BELL = '\u0007';
/** A control sequence, or a command to the terminal (a link, a title). */
const SEQUENCE = new RegExp(
  `${ESCAPE}\\[([0-9;:]*)([@-~])|${ESCAPE}\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)`,
  'g',
);

/** Whether the text has sequences of a terminal; without them it is one piece without a look. */
export function hasEscapes(text: string): boolean {
  return text.includes(ESCAPE);
}

/**
 * Text with the escape sequences of a terminal (ECMA-48 SGR) as pieces with a look; other sequences
 * are left out. Of colours the eight hues are kept: they read in both themes.
 */
export function ansiPieces(text: string): readonly AnsiPiece[] {
  if (!hasEscapes(text)) return [{ text, look: '' }];
  const pieces: AnsiPiece[] = [];
  const look = new Set<string>();
  let end = 0;
  for (const match of text.matchAll(SEQUENCE)) {
    if (pieces.length >= PIECES_MAX) break;
    if (match.index > end) pieces.push(piece(text.slice(end, match.index), look));
    end = match.index + match[0].length;
    if (match[2] === 'm') applyCodes(look, match[1] ?? '');
  }
  if (end < text.length) pieces.push(piece(text.slice(end), look));
  return pieces;
}

function piece(text: string, look: ReadonlySet<string>): AnsiPiece {
  return { text, look: [...look].join(' ') };
}

function applyCodes(look: Set<string>, text: string): void {
  const codes = text.split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] ?? 0;
    if (code === 38 || code === 48) {
      const [hue, length] = extendedHue(codes.slice(i + 1));
      if (code === 38) setHue(look, hue);
      i += length;
    } else {
      applyCode(look, code);
    }
  }
}

function applyCode(look: Set<string>, code: number): void {
  if (code === 0) look.clear();
  const style = STYLES.get(code);
  if (style !== undefined) look.add(style);
  for (const ended of ENDS.get(code) ?? []) look.delete(ended);
  if (code >= 30 && code <= 37) setHue(look, HUES[code - 30]);
  if (code >= 90 && code <= 97) setHue(look, HUES[code - 90]);
}

function setHue(look: Set<string>, hue: Hue | undefined): void {
  for (const other of HUES) look.delete(other);
  if (hue !== undefined) look.add(hue);
}

/** `5;n` or `2;r;g;b` as the nearest hue, and how many codes it took. */
function extendedHue(codes: readonly number[]): [hue: Hue | undefined, length: number] {
  const [kind, first = 0, green = 0, blue = 0] = codes;
  if (kind === 2) return [nearestHue(first, green, blue), 4];
  if (kind !== 5) return [undefined, 0];
  if (first < 16) return [HUES[first % 8], 2];
  if (first >= 232) return [first < 244 ? 'black' : 'white', 2];
  const level = (of: number): number => (((first - 16) / of) % 6) * 51;
  return [nearestHue(Math.floor(level(36)), Math.floor(level(6)), Math.floor(level(1))), 2];
}

function nearestHue(red: number, green: number, blue: number): Hue | undefined {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  if (most - least < 40) return most < 100 ? 'black' : 'white';
  const half = (most + least) / 2;
  const bits = (red > half ? 1 : 0) + (green > half ? 2 : 0) + (blue > half ? 4 : 0);
  return HUES[bits];
}
