import { labelName } from '@sonde/metric-names';
import { dictionaryText, type MetricColumns, type PointColumns } from '@sonde/proto';
import type { PrometheusConfig } from '../config.ts';
import { addLabel, renderLabels } from './label-text.ts';
import { entriesOf, readAttributes } from './read-points.ts';
import { ResourceMatcher } from './resource-matcher.ts';
import type { TwoForms } from './series.ts';

const RESERVED_SCOPE_ATTRIBUTES: ReadonlySet<string> = new Set(['name', 'version', 'schema_url']);
const SERVICE_KEYS: ReadonlySet<string> = new Set([
  'service.name',
  'service.namespace',
  'service.instance.id',
]);

/** `job` and `instance`; absent where the resource does not say. */
export interface Target {
  readonly job: string | undefined;
  readonly instance: string | undefined;
}

/** Makes the labels of points. */
export class MetricLabels {
  readonly #config: PrometheusConfig;
  readonly #matcher: ResourceMatcher | undefined;
  readonly #constant: readonly (readonly [string, string])[];

  constructor(config: PrometheusConfig) {
    this.#config = config;
    const { resource_labels: resource } = config;
    this.#matcher = resource === undefined ? undefined : new ResourceMatcher(resource);
    this.#constant = Object.entries(config.const_labels);
  }

  /** Of point `row`: its attributes, its scope, its resource's target, the constant ones. */
  ofPoint(columns: MetricColumns, points: PointColumns, row: number): TwoForms {
    const metric = points.metric[row];
    const attributes = new Map(
      readAttributes(points.attributes, ...entriesOf(points.attributeEnd, row)),
    );
    const resource = resourceAttributes(columns, columns.resource[metric]);
    if (this.#matcher !== undefined) {
      for (const [key, value] of resource) {
        if (this.#matcher.matches(key)) attributes.set(key, value);
      }
    }
    const labels = new Map<string, string>();
    this.#addAll(labels, attributes, '');
    if (!this.#config.without_scope_info) this.#addScope(labels, columns, metric);
    const { job, instance } = targetOf(resource);
    if (job !== undefined) labels.set('job', job);
    if (instance !== undefined) labels.set('instance', instance);
    for (const [name, value] of this.#constant) labels.set(name, value);
    return renderLabels(labels);
  }

  /** Of `target_info`: what the resource has beside its target. */
  ofTarget(resource: ReadonlyMap<string, string>): TwoForms {
    const labels = new Map<string, string>();
    const others = [...resource].filter(([key]) => !SERVICE_KEYS.has(key));
    this.#addAll(labels, new Map(others), '');
    const { job, instance } = targetOf(resource);
    if (job !== undefined) labels.set('job', job);
    if (instance !== undefined) labels.set('instance', instance);
    return renderLabels(labels);
  }

  #addScope(labels: Map<string, string>, columns: MetricColumns, metric: number): void {
    const { scopes } = columns;
    const scope = columns.scope[metric];
    const attributes = readAttributes(scopes.attributes, ...entriesOf(scopes.attributeEnd, scope));
    const own = [...attributes].filter(([key]) => !RESERVED_SCOPE_ATTRIBUTES.has(key));
    this.#addAll(labels, new Map(own), 'otel_scope_');
    labels.set('otel_scope_name', dictionaryText(scopes.names, scopes.name[scope]));
    labels.set('otel_scope_version', dictionaryText(scopes.versions, scopes.version[scope]));
    const url = dictionaryText(columns.schemaUrls, columns.scopeSchemaUrl[metric]);
    labels.set('otel_scope_schema_url', url);
  }

  /** In the order of the keys, so that values of keys with one name stand in it always alike. */
  #addAll(
    labels: Map<string, string>,
    attributes: ReadonlyMap<string, string>,
    prefix: string,
  ): void {
    for (const key of [...attributes.keys()].sort()) {
      const name = labelName(prefix + key, this.#config.utf8);
      // Names in front of which two underscores stand are Prometheus' own.
      if (name === undefined || name.startsWith('__')) continue;
      addLabel(labels, name, attributes.get(key) ?? '');
    }
  }
}

export function resourceAttributes(
  { resources }: MetricColumns,
  row: number,
): ReadonlyMap<string, string> {
  return readAttributes(resources.attributes, ...entriesOf(resources.attributeEnd, row));
}

export function targetOf(resource: ReadonlyMap<string, string>): Target {
  const name = resource.get('service.name');
  const namespace = resource.get('service.namespace');
  return {
    job: name === undefined || namespace === undefined ? name : `${namespace}/${name}`,
    instance: resource.get('service.instance.id'),
  };
}
