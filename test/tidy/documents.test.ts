import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFiles, ROOT, readProjectFile } from './repository.ts';

describe('ARCHITECTURE.md', () => {
  const steps = readProjectFile('ARCHITECTURE.md')
    .split('\n')
    .map((line) => /^\| (\d) \|.*\| `([^`]+)` \| `([^`]+)` \|$/.exec(line))
    .filter((match) => match !== null);

  it('has the nine steps of the data path in order', () => {
    expect(steps.map((match) => match[1])).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });

  it.each(steps.map((match) => [match[1], match[2], match[3]]))(
    'step %s: %s has %s',
    (_step, file, name) => {
      expect(existsSync(join(ROOT, file ?? ''))).toBe(true);
      expect(readProjectFile(file ?? '')).toContain(name);
    },
  );
});

describe('every component', () => {
  const components = new Set(
    projectFiles()
      .map(
        (path) =>
          /^((?:receivers|processors|exporters|extensions)\/[^/]+)\/package\.json$/.exec(path)?.[1],
      )
      .filter((path) => path !== undefined),
  );

  it.each([...components])('%s has a README and runs its contract suite', (component) => {
    expect(existsSync(join(ROOT, component, 'README.md'))).toBe(true);
    const tests = projectFiles().filter((path) => path.startsWith(`${component}/test/`));
    const runsSuite = tests.some((path) =>
      /\b(receiver|processor|exporter|connector|extension)Contract\(/.test(readProjectFile(path)),
    );
    expect(runsSuite).toBe(true);
  });
});

describe('docs/dependencies.md', () => {
  it('lists every dependency with its exact version', () => {
    const listed = readProjectFile('docs/dependencies.md');
    const missing: string[] = [];
    for (const path of projectFiles().filter((file) => /(^|\/)package\.json$/.test(file))) {
      const manifest: {
        dependencies?: Record<string, string>;
        devDependencies?: Record<string, string>;
      } = JSON.parse(readProjectFile(path));
      for (const [name, version] of Object.entries({
        ...manifest.dependencies,
        ...manifest.devDependencies,
      })) {
        if (name.startsWith('@sonde/')) continue;
        if (!listed.includes(`| ${name} | ${version} |`))
          missing.push(`${name} ${version} (${path})`);
      }
    }
    expect(missing).toEqual([]);
  });
});
