import { escapeToUnderscores, isClassicLabelName } from '@sonde/metric-names';
import type { TwoForms } from './series.ts';

/** `a="1",b="2"`, sorted by name. */
export function renderLabels(labels: ReadonlyMap<string, string>): TwoForms {
  const names = [...labels.keys()].sort();
  const utf8 = join(names, labels, utf8LabelName);
  if (names.every(isClassicLabelName)) return { classic: utf8, utf8 };
  // Names that become one when escaped are one label; the values stand side by side.
  const classic = new Map<string, string>();
  for (const name of names) addLabel(classic, escapeToUnderscores(name), labels.get(name) ?? '');
  return { classic: join([...classic.keys()], classic, (name) => name), utf8 };
}

/** Adds a label; where there is one of that name, its value has the new one behind it. */
export function addLabel(labels: Map<string, string>, name: string, value: string): void {
  const known = labels.get(name);
  labels.set(name, known === undefined ? value : `${known};${value}`);
}

function utf8LabelName(name: string): string {
  return isClassicLabelName(name) ? name : `"${escapeLabelValue(name)}"`;
}

function join(
  names: readonly string[],
  labels: ReadonlyMap<string, string>,
  form: (name: string) => string,
): string {
  return names
    .map((name) => `${form(name)}="${escapeLabelValue(labels.get(name) ?? '')}"`)
    .join(',');
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };

export function escapeLabelValue(value: string): string {
  return /[\\\n"]/.test(value)
    ? value.replace(/[\\\n"]/g, (character) => ESCAPES[character] ?? character)
    : value;
}
