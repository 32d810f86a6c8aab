import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Factory } from '@sonde/pipeline';
import { describe, expect, it } from 'vitest';
import { formatComponents } from '../src/commands/components.ts';
import { COMPONENTS } from '../src/components.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS: Readonly<Record<Factory['kind'], string>> = {
  receiver: 'receivers',
  processor: 'processors',
  exporter: 'exporters',
  connector: 'processors',
  extension: 'extensions',
};

const STATUS = /^\*\*Status\.\*\* (.+?)\. \*\*Guarantees:\*\* .+\. \*\*Loses:\*\* .+\.$/m;

describe('the README of a component', () => {
  it.each(
    COMPONENTS.map(({ kind, names, load }) => [`${kind} ${names[0]}`, kind, names, load] as const),
  )(
    '%s says its status, what it guarantees and what it loses',
    async (_title, kind, names, load) => {
      const status = STATUS.exec(readFileSync(readmeOf(kind, names), 'utf8'))?.[1] ?? '';
      expect(levelsIn(status)).toEqual(levelsOf(await load()));
    },
  );
});

function readmeOf(kind: Factory['kind'], names: readonly string[]): string {
  const plain = names.map((name) => name.replaceAll('_', ''));
  const folders = readdirSync(join(ROOT, FOLDERS[kind]));
  const folder = folders.find((name) => plain.includes(name.replaceAll('_', ''))) ?? '';
  const path = join(ROOT, FOLDERS[kind], folder, 'README.md');
  return folder !== '' && existsSync(path) ? path : join(ROOT, 'ebpf-agent', 'README.md');
}

/** `Traces, metrics: beta; logs: alpha` as `{traces: 'beta', ...}`; a level alone is an extension's. */
function levelsIn(status: string): Readonly<Record<string, string>> {
  const levels: Record<string, string> = {};
  for (const part of status.toLowerCase().split('; ')) {
    const [signals = '', level] = part.split(': ');
    if (level === undefined) levels['extension'] = signals;
    else for (const signal of signals.split(', ')) levels[signal] = level;
  }
  return levels;
}

/** What `sonde components` prints of it. */
function levelsOf(factory: Factory): Readonly<Record<string, string>> {
  const printed = formatComponents([factory]).matchAll(/^ {10}([\w-]+): (\w+)$/gm);
  const levels = [...printed].map(([, signal = '', level = '']) => [signal, level.toLowerCase()]);
  return Object.fromEntries(levels.filter(([, level]) => level !== 'undefined'));
}
