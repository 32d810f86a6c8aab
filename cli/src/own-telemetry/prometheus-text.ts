import {
  DataPointType,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import type { PrometheusReaderConfig } from '@sonde/pipeline';

export type PrometheusTextOptions = Pick<
  PrometheusReaderConfig,
  'withoutScopeInfo' | 'withoutTypeSuffix' | 'withoutUnits' | 'resourceLabels'
>;

type Attributes = Readonly<Record<string, unknown>>;

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly lines: string[];
}

/** Suffixes for units, as OpenTelemetry's Prometheus compatibility has them. */
const UNIT_SUFFIXES: ReadonlyMap<string, string> = new Map([
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['%', 'percent'],
]);

/**
 * Collected metrics in Prometheus' text format 0.0.4, families by name, the resource as
 * `target_info`. Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility".
 */
export function formatPrometheus(metrics: ResourceMetrics, options: PrometheusTextOptions): string {
  const families = new Map<string, Family>();
  const { attributes } = metrics.resource;
  const constant = Object.fromEntries(
    options.resourceLabels.flatMap((name) =>
      attributes[name] === undefined ? [] : [[name, attributes[name]]],
    ),
  );
  for (const scope of metrics.scopeMetrics) {
    const labels = options.withoutScopeInfo ? constant : { ...constant, ...scopeLabels(scope) };
    for (const metric of scope.metrics) addMetric(metric, labels, { families, options });
  }
  const info: Family = { name: 'target_info', type: 'gauge', help: 'Target metadata', lines: [] };
  addSample(info, { name: 'target_info', labels: attributes, value: 1 });
  families.set(info.name, info);
  return [...families.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(formatFamily)
    .join('');
}

function scopeLabels({ scope }: ScopeMetrics): Attributes {
  return {
    otel_scope_name: scope.name,
    otel_scope_schema_url: scope.schemaUrl ?? '',
    otel_scope_version: scope.version ?? '',
  };
}

function addMetric(
  metric: MetricData,
  constant: Attributes,
  context: {
    readonly families: Map<string, Family>;
    readonly options: PrometheusTextOptions;
  },
): void {
  const name = familyName(metric, context.options);
  const type = familyType(metric);
  const help = metric.descriptor.description;
  const family = context.families.get(name) ?? { name, type, help, lines: [] };
  // One name has one type; what another meter counts under it cannot be told apart.
  if (family.type !== type) return;
  context.families.set(name, family);
  if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) return;
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    for (const { attributes, value } of metric.dataPoints) {
      addHistogram(family, { ...constant, ...attributes }, value);
    }
    return;
  }
  for (const { attributes, value } of metric.dataPoints) {
    addSample(family, { name, labels: { ...constant, ...attributes }, value });
  }
}

function familyType(metric: MetricData): Family['type'] {
  if (metric.dataPointType === DataPointType.SUM) return metric.isMonotonic ? 'counter' : 'gauge';
  return metric.dataPointType === DataPointType.GAUGE ? 'gauge' : 'histogram';
}

function familyName(metric: MetricData, options: PrometheusTextOptions): string {
  let name = metric.descriptor.name.replace(/[^a-zA-Z0-9_:]/g, '_');
  if (/^[0-9]/.test(name)) name = `_${name}`;
  const type = familyType(metric);
  if (!options.withoutUnits) {
    const { unit } = metric.descriptor;
    const suffix = unit === '1' && type === 'gauge' ? 'ratio' : UNIT_SUFFIXES.get(unit);
    if (suffix !== undefined && !name.endsWith(`_${suffix}`)) name = `${name}_${suffix}`;
  }
  const isTotal = type === 'counter' && !options.withoutTypeSuffix;
  return isTotal && !name.endsWith('_total') ? `${name}_total` : name;
}

interface Sample {
  readonly name: string;
  readonly labels: Attributes;
  readonly value: number;
}

function addSample(family: Family, { name, labels, value }: Sample): void {
  const pairs = Object.entries(labels)
    .map(([key, label]) => `${labelName(key)}="${escapeLabel(String(label))}"`)
    .sort();
  const braces = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  family.lines.push(`${name}${braces} ${formatValue(value)}\n`);
}

function addHistogram(
  family: Family,
  labels: Attributes,
  value: {
    readonly buckets: { readonly boundaries: number[]; readonly counts: number[] };
    readonly sum?: number;
    readonly count: number;
  },
): void {
  const { boundaries, counts } = value.buckets;
  let cumulative = 0;
  for (const [index, count] of counts.entries()) {
    cumulative += count;
    const le = formatValue(boundaries[index] ?? Number.POSITIVE_INFINITY);
    addSample(family, {
      name: `${family.name}_bucket`,
      labels: { ...labels, le },
      value: cumulative,
    });
  }
  addSample(family, { name: `${family.name}_sum`, labels, value: value.sum ?? 0 });
  addSample(family, { name: `${family.name}_count`, labels, value: value.count });
}

function formatFamily({ name, type, help, lines }: Family): string {
  if (lines.length === 0) return '';
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelName(key: string): string {
  const name = key.replace(/[^a-zA-Z0-9_]/g, '_');
  return /^[0-9]/.test(name) ? `key_${name}` : name;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
