import { basename, extname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LARGE_FILES } from './exceptions.ts';
import { lineCount, projectFiles, readProjectFile } from './repository.ts';

const EMPTY_NAMES = /^(utils?|helpers?|common|misc|shared|types|constants|managers?)(\.|$)/;

const LINES_MAX: Readonly<Record<string, number>> = {
  source: 400,
  test: 800,
  svelte: 250,
};

const SOURCE_EXTENSIONS = new Set(['.ts', '.mjs', '.c', '.h', '.svelte']);

function kindOf(path: string): string {
  if (path.endsWith('.svelte')) return 'svelte';
  return /(^|\/)test\/|\.test\.ts$|contract-suite/.test(path) ? 'test' : 'source';
}

describe('files', () => {
  const files = projectFiles();
  const sources = files.filter((path) => SOURCE_EXTENSIONS.has(extname(path)));

  it('have names that say something', () => {
    const empty = files.filter((path) => path.split('/').some((part) => EMPTY_NAMES.test(part)));
    expect(empty).toEqual([]);
  });

  it('are named in kebab-case', () => {
    const odd = sources
      .filter((path) => path.endsWith('.ts') && !path.startsWith('web/src/routes'))
      .filter(
        (path) =>
          !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config|bench|drill|yardstick|svelte|d))*\.ts$/.test(
            basename(path),
          ),
      );
    expect(odd).toEqual([]);
  });

  it('stay within the lines of their kind, exceptions named with a reason', () => {
    const large = sources.filter((path) => lineCount(path) > (LINES_MAX[kindOf(path)] ?? 0));
    expect(large.sort()).toEqual(Object.keys(LARGE_FILES).sort());
  });

  it('leave nothing half done in the text', () => {
    const marks = new RegExp(
      `\\b(${['TO', 'FIX'].map((a, i) => a + (i === 0 ? 'DO' : 'ME')).join('|')})\\b`,
    );
    const marked = sources.filter((path) => marks.test(readProjectFile(path)));
    expect(marked).toEqual([]);
  });
});
