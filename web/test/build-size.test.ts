import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const BUILD = join(import.meta.dirname, '../build');
const INITIAL_GZIP_BYTES_MAX = 250_000;

/** Scripts that the document asks for at once; the rest comes when a page needs it. */
function initialScripts(html: string): string[] {
  const found = html.matchAll(/(?:href|src|import\()\s*=?\s*["'](\/_app\/[^"']+\.js)["']/g);
  return [...new Set([...found].map(([, path]) => path ?? ''))];
}

describe.skipIf(!existsSync(join(BUILD, 'index.html')))('the built page', () => {
  it('asks for less than 250 kB of script, gzipped, before it shows something', () => {
    const scripts = initialScripts(readFileSync(join(BUILD, 'index.html'), 'utf8'));
    expect(scripts.length).toBeGreaterThan(2);
    const bytes = scripts.map((path) => gzipSync(readFileSync(join(BUILD, path))).length);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(INITIAL_GZIP_BYTES_MAX);
  });
});
