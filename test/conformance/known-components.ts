import { execFileSync } from 'node:child_process';
import { COMPONENTS } from '@sonde/cli/components';
import { parse } from 'yaml';

const SECTIONS = ['receivers', 'processors', 'exporters', 'connectors', 'extensions'] as const;

/** `processors batch`: what configuration may name. */
export type KnownComponents = ReadonlySet<string>;

export function sondeComponents(): KnownComponents {
  return new Set(COMPONENTS.flatMap(({ kind, names }) => names.map((name) => `${kind}s ${name}`)));
}

/** What a Collector says of itself, nothing where there is none; old names of components are not in it. */
export function collectorComponents(binary: string | undefined): KnownComponents {
  if (binary === undefined) return new Set();
  const listed: unknown = parse(execFileSync(binary, ['components'], { encoding: 'utf8' }));
  return new Set(
    SECTIONS.flatMap((section) =>
      listOf(Reflect.get(Object(listed), section)).map((each) => `${section} ${nameOf(each)}`),
    ),
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function nameOf(component: unknown): string {
  return String(Reflect.get(Object(component), 'name'));
}

/** What a configuration names, as `KnownComponents` has it; the text need not be valid. */
export function namedComponents(yaml: string): readonly string[] {
  const root: unknown = parse(yaml);
  return SECTIONS.flatMap((section) =>
    Object.keys(Object(Reflect.get(Object(root), section) ?? {})).map(
      (id) => `${section} ${id.split('/')[0]}`,
    ),
  );
}
