import type { Factory } from '../component.ts';
import { type ConfigMap, type ConfigValue, ExpandedValue, isMap } from './config-value.ts';

/** Types of components by kind. */
export type NamedTypes = ReadonlyMap<Factory['kind'], ReadonlySet<string>>;

/** The factories of what a configuration names, or more; of all where it names one that is not there. */
export type FactorySource = (named: NamedTypes) => Promise<readonly Factory[]>;

const KINDS = ['receiver', 'processor', 'exporter', 'connector', 'extension'] as const;

/** What the ids of a configuration say before their slash; they may be no ids at all. */
export function namedTypes(root: ConfigMap): NamedTypes {
  return new Map(KINDS.map((kind) => [kind, typesIn(root.get(`${kind}s`) ?? null)]));
}

function typesIn(section: ConfigValue): ReadonlySet<string> {
  if (section instanceof ExpandedValue) return typesIn(section.value);
  if (!isMap(section)) return new Set();
  return new Set([...section.keys()].map((id) => (id.split('/', 1)[0] ?? '').trim()));
}
