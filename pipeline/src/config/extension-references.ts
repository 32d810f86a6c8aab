import { type ConfigMap, type ConfigValue, ExpandedValue, isList, isMap } from './config-value.ts';
import { didYouMean } from './did-you-mean.ts';
import type { ProblemList } from './problem-list.ts';
import type { ServiceReading } from './read-service.ts';

/** A component of `service` that wants an extension. */
export interface ExtensionReference {
  readonly wants: 'authenticator' | 'storage';
  /** The extension's id. */
  readonly id: string;
  /** Of the key that names it: `['exporters', 'otlp', 'sending_queue', 'storage']`. */
  readonly path: readonly string[];
}

type Named = Pick<ServiceReading, 'extensions' | 'pipelines'>;

/**
 * What the components that `service` names want of extensions, by the Collector's keys:
 * `auth::authenticator` anywhere, `storage` of a component and of its `sending_queue`. Sections
 * with `enabled: false` want nothing.
 */
export function extensionReferences(
  root: ConfigMap,
  service: Named,
): readonly ExtensionReference[] {
  const found: ExtensionReference[] = [];
  for (const [section, ids] of namedIds(service)) {
    const components = seenThrough(root.get(section));
    if (!isMap(components)) continue;
    for (const [key, value] of components) {
      if (ids.has(key.trim())) collect(value, [section, key], found);
    }
  }
  return found;
}

function namedIds({ extensions, pipelines }: Named): ReadonlyMap<string, ReadonlySet<string>> {
  const all = [...pipelines.values()];
  return new Map([
    ['extensions', new Set(extensions)],
    ['receivers', new Set(all.flatMap(({ receivers }) => receivers))],
    ['exporters', new Set(all.flatMap(({ exporters }) => exporters))],
  ]);
}

function collect(value: ConfigValue, path: readonly string[], found: ExtensionReference[]): void {
  const inner = seenThrough(value);
  if (isList(inner)) {
    for (const [index, item] of inner.entries()) collect(item, [...path, String(index)], found);
  }
  if (!isMap(inner) || seenThrough(inner.get('enabled')) === false) return;
  for (const [key, child] of inner) {
    const wants = wanted(key, path);
    const id = textOf(child);
    if (wants !== undefined && id !== '') found.push({ wants, id, path: [...path, key] });
    else collect(child, [...path, key], found);
  }
}

function wanted(key: string, path: readonly string[]): ExtensionReference['wants'] | undefined {
  const parent = path.at(-1);
  if (key === 'authenticator' && parent === 'auth') return 'authenticator';
  if (key !== 'storage') return undefined;
  return path.length === 2 || parent === 'sending_queue' ? 'storage' : undefined;
}

function textOf(value: ConfigValue): string {
  if (value instanceof ExpandedValue) return value.text;
  return typeof value === 'string' ? value : '';
}

function seenThrough(value: ConfigValue | undefined): ConfigValue | undefined {
  return value instanceof ExpandedValue ? seenThrough(value.value) : value;
}

/**
 * Extensions that are asked for and not in `service::extensions`, which the Collector only finds
 * when it starts; its words.
 */
export function checkExtensionReferences(
  root: ConfigMap,
  service: Named,
  context: { readonly known: ReadonlySet<string>; readonly problems: ProblemList },
): void {
  const { known, problems } = context;
  for (const { wants, id, path } of extensionReferences(root, service)) {
    if (service.extensions.includes(id)) continue;
    const hint = known.has(id) ? 'name it in service::extensions' : didYouMean(id, known);
    problems.add({
      stage: 'validate',
      text: `${path.slice(0, 2).join('::')}: ${missingExtension(wants, id)}`,
      path,
      hint: hint ?? 'there is no such extension: configure it, and name it in service::extensions',
    });
  }
}

function missingExtension(wants: ExtensionReference['wants'], id: string): string {
  const quoted = JSON.stringify(id);
  return wants === 'storage'
    ? `storage client extension ${quoted} not found`
    : `failed to resolve authenticator ${quoted}: authenticator not found`;
}
