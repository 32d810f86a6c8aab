import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configJsonSchema } from '@sonde/pipeline';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadComponents } from '../src/components.ts';
import { projectRoot } from '../src/project-root.ts';

const COMPONENTS = await loadComponents();

const File = z.record(z.string(), z.unknown());

describe('docs/config.schema.json', () => {
  it('is what the components say now; `npm run schema` writes it anew', () => {
    const text = readFileSync(join(projectRoot(), 'docs/config.schema.json'), 'utf8');
    const made: unknown = JSON.parse(JSON.stringify(configJsonSchema(COMPONENTS)));
    expect(JSON.stringify(File.parse(JSON.parse(text)))).toBe(JSON.stringify(made));
  });

  it('refers to nothing that is not there', () => {
    const made = configJsonSchema(COMPONENTS);
    const targets = [...JSON.stringify(made).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)];
    const missing = targets.map(([, name = '']) => name).filter((name) => !made.$defs?.[name]);
    expect(targets.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });

  it('names every component with its other names', () => {
    const text = JSON.stringify(configJsonSchema(COMPONENTS));
    for (const { type, aliases = [] } of COMPONENTS) {
      expect(text).toContain(`"^(${[type, ...aliases].join('|')})(/.+)?$"`);
    }
  });

  it('shows what sections hide: keys behind optional ones, their defaults, and enabled', () => {
    const text = JSON.stringify(configJsonSchema(COMPONENTS));
    expect(text).toContain('"default":"localhost:4317"');
    expect(text).toContain('"enabled":{"type":["boolean","null","string"]');
    expect(text).toContain('"writeOnly":true');
  });
});
