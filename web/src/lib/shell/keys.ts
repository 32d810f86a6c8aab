export type KeyAction =
  | { readonly kind: 'go'; readonly path: string }
  | { readonly kind: 'search' }
  | { readonly kind: 'keys' }
  | { readonly kind: 'refresh' };

/** How long a `g` waits for the second key. */
const CHORD_MS = 1200;

const PLACES: Readonly<Record<string, string>> = {
  s: '/services',
  p: '/map',
  t: '/traces',
  l: '/logs',
  k: '/patterns',
  m: '/metrics',
  c: '/coverage',
  r: '/retention',
  x: '/status',
};

/** What the dialog lists. */
export const KEY_HELP: readonly (readonly [string, string])[] = [
  ['g s', 'Services'],
  ['g p', 'Map'],
  ['g t', 'Traces'],
  ['g l', 'Logs'],
  ['g k', 'Patterns'],
  ['g m', 'Metrics'],
  ['g c', 'Coverage'],
  ['g r', 'Retention'],
  ['g x', 'Status'],
  ['Ctrl K', 'Go to anything: page, service, saved view, trace id; ⌘ K on a Mac'],
  ['/', 'Search on this page'],
  ['r', 'Refresh'],
  ['?', 'These keys'],
  ['Esc', 'Close, leave the field'],
  ['↑ ↓ ← →', 'Move, open and close in a trace'],
];

/** Turns single keys and two-key chords into actions. Keep one; feed it keys outside of fields. */
export class KeyReader {
  #chordFromMs = Number.NEGATIVE_INFINITY;

  /** The action that this key completes, if any. `timeMs` grows. */
  read(key: string, timeMs: number): KeyAction | undefined {
    const inChord = timeMs - this.#chordFromMs < CHORD_MS;
    this.#chordFromMs = Number.NEGATIVE_INFINITY;
    const place = PLACES[key];
    if (inChord && place !== undefined) return { kind: 'go', path: place };
    if (key === 'g') this.#chordFromMs = timeMs;
    if (key === '/') return { kind: 'search' };
    if (key === '?') return { kind: 'keys' };
    if (key === 'r') return { kind: 'refresh' };
    return undefined;
  }
}
