import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const TOKENS = readFileSync(new URL('../src/lib/styles/tokens.css', import.meta.url), 'utf8');

/** WCAG 2.2, success criterion 1.4.3: normal text. */
const AA_RATIO = 4.5;

const GROUNDS = ['ground', 'surface', 'raised', 'hover', 'selected'];
const TEXTS = ['text', 'text-muted', 'text-faint', 'accent', 'error', 'warn'];

function readTheme(theme: string): Map<string, string> {
  const start = TOKENS.search(new RegExp(`\\[data-theme=["']${theme}["']\\]`));
  const block = TOKENS.slice(start, TOKENS.indexOf('}', start));
  const found = block.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g);
  return new Map(Array.from(found, ([, name = '', colour = '']) => [name, colour]));
}

/** Relative luminance of `#rrggbb`, 0 to 1, as WCAG defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['dark', 'light'])('the %s theme', (theme) => {
  const tokens = readTheme(theme);

  it('has text that reaches AA on every ground it stands on', () => {
    const weak: string[] = [];
    for (const text of TEXTS) {
      for (const ground of GROUNDS) {
        const ratio = contrast(tokens.get(text) ?? '', tokens.get(ground) ?? '');
        if (!(ratio >= AA_RATIO)) weak.push(`${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
    expect(weak).toEqual([]);
  });

  it('has its notes readable on their soft grounds', () => {
    for (const kind of ['error', 'warn']) {
      const ratio = contrast(tokens.get(kind) ?? '', tokens.get(`${kind}-soft`) ?? '');
      expect(ratio).toBeGreaterThanOrEqual(AA_RATIO);
    }
  });

  it('names the same colours as the other', () => {
    const other = readTheme(theme === 'dark' ? 'light' : 'dark');
    expect([...tokens.keys()].sort()).toEqual([...other.keys()].sort());
    expect(tokens.size).toBeGreaterThan(30);
  });
});
