import type { Factory } from '../component.ts';
import { absentHint } from './absent-components.ts';
import { type ComponentId, parseComponentId } from './component-id.ts';
import { componentHeading } from './config-error.ts';
import {
  type ConfigMap,
  type ConfigValue,
  ExpandedValue,
  goKindOf,
  goTypeOf,
  isMap,
} from './config-value.ts';
import { didYouMean } from './did-you-mean.ts';
import type { ConfiguredComponent } from './engine-config.ts';
import { deepFreeze } from './freeze.ts';
import type { ProblemList } from './problem-list.ts';
import { readValue } from './read-value.ts';

export type SectionName = 'receivers' | 'processors' | 'exporters' | 'connectors' | 'extensions';

export interface SectionReading<F> {
  readonly configured: ReadonlyMap<string, ConfiguredComponent<F>>;
  /** Every id that could be read, also of components whose configuration could not. */
  readonly ids: ReadonlySet<string>;
}

export interface SectionContext<F> {
  readonly section: SectionName;
  readonly factories: readonly F[];
  /** Those of every kind. */
  readonly all: readonly Factory[];
  readonly problems: ProblemList;
  readonly warn: (message: string) => void;
}

/** Reads one section: every component in it, also those that no pipeline names. */
export function readSection<F extends Factory>(
  root: ConfigMap,
  context: SectionContext<F>,
): SectionReading<F> {
  const configured = new Map<string, ConfiguredComponent<F>>();
  const ids = new Set<string>();
  for (const [key, value] of sectionEntries(root, context)) {
    const id = readId(key, ids, context);
    if (id === undefined) continue;
    ids.add(id.text);
    const factory = findFactory(id, key, context);
    if (factory === undefined) continue;
    const component = readComponent({ id, key, factory, value }, context);
    if (component !== undefined) configured.set(id.text, component);
  }
  return { configured, ids };
}

function sectionEntries<F>(
  root: ConfigMap,
  { section, problems }: SectionContext<F>,
): Iterable<[string, ConfigValue]> {
  const raw = seenThrough(root.get(section) ?? null);
  if (raw === null) return [];
  if (isMap(raw)) return raw;
  const text = `'${section}' expected a map or struct, got ${JSON.stringify(goKindOf(raw))}`;
  problems.add({ stage: 'unmarshal', text, path: [section] });
  return [];
}

function seenThrough(value: ConfigValue): ConfigValue {
  return value instanceof ExpandedValue ? seenThrough(value.value) : value;
}

function readId<F>(
  key: string,
  taken: ReadonlySet<string>,
  { section, problems }: SectionContext<F>,
): ComponentId | undefined {
  const path = [section, key];
  const parsed = parseComponentId(key);
  if (!parsed.ok) {
    const text = `error decoding '${section}': ${parsed.reason}`;
    problems.add({ stage: 'unmarshal', text, path });
    return undefined;
  }
  if (taken.has(parsed.id.text)) {
    const name = JSON.stringify(parsed.id.text);
    const text = `error decoding '${section}': duplicate name ${name} after trimming`;
    problems.add({ stage: 'unmarshal', text, path });
    return undefined;
  }
  return parsed.id;
}

function findFactory<F extends Factory>(
  id: ComponentId,
  key: string,
  { section, factories, all, problems, warn }: SectionContext<F>,
): F | undefined {
  const exact = factories.find((factory) => factory.type === id.type);
  if (exact !== undefined) return exact;
  const aliased = factories.find((factory) => factory.aliases?.includes(id.type));
  if (aliased !== undefined) {
    const [old, now] = [JSON.stringify(id.type), JSON.stringify(aliased.type)];
    warn(`${old} alias is deprecated; use ${now} instead`);
    return aliased;
  }
  if (problems.isFull) return undefined;
  const types = factories.map((factory) => factory.type);
  const hint = absentHint(section, id.type) ?? kindHint(id.type, all) ?? didYouMean(id.type, types);
  const removed = section === 'exporters' && id.type === 'logging';
  problems.add({
    stage: 'unmarshal',
    text: `error decoding '${section}': ${removed ? LOGGING_REMOVED : unknownType(id, types)}`,
    path: [section, key],
    ...(hint === undefined ? {} : { hint }),
  });
  return undefined;
}

/** Where the type is one of another section: `spanmetrics` was a processor, and is a connector. */
function kindHint(type: string, all: readonly Factory[]): string | undefined {
  const found = all.find((factory) => factory.type === type || factory.aliases?.includes(type));
  return (
    found && `it is one of the ${found.kind}s: write it below ${JSON.stringify(`${found.kind}s`)}`
  );
}

const LOGGING_REMOVED = 'the logging exporter has been deprecated, use the debug exporter instead';

function unknownType(id: ComponentId, types: readonly string[]): string {
  const [type, text] = [JSON.stringify(id.type), JSON.stringify(id.text)];
  return `unknown type: ${type} for id: ${text} (valid values: [${types.join(' ')}])`;
}

interface ComponentReading<F> {
  readonly id: ComponentId;
  readonly key: string;
  readonly factory: F;
  readonly value: ConfigValue;
}

function readComponent<F extends Factory>(
  reading: ComponentReading<F>,
  { section, problems }: SectionContext<F>,
): ConfiguredComponent<F> | undefined {
  const { id, key, factory } = reading;
  const value = seenThrough(reading.value);
  if (value !== null && !isMap(value)) {
    const text =
      `error decoding '${section}': '[${id.text}]' expected type 'map[string]interface {}', ` +
      `got unconvertible type '${goTypeOf(value)}'`;
    problems.add({ stage: 'unmarshal', text, path: [section, key] });
    return undefined;
  }
  const read = readValue(factory.config, value);
  if (read.ok) {
    deepFreeze(read.config);
    const foreseen = factory.foresee?.(read.config);
    if (foreseen !== undefined) {
      const text = `${section}::${id.text}: ${foreseen}`;
      problems.add({ stage: 'validate', text, path: [section, key] });
    }
    return { id: id.text, factory, config: read.config };
  }
  for (const problem of read.problems) {
    const path = problem.path.map(String);
    const full = { ...problem, path: [section, key, ...path] };
    if (problem.stage === 'validate') {
      problems.add({ ...full, text: `${[section, id.text, ...path].join('::')}: ${problem.text}` });
    } else {
      problems.add({ ...full, heading: componentHeading(section, id.text) });
    }
  }
  return undefined;
}
