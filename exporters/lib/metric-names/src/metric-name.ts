import { unitWords } from './unit-words.ts';

/** What decides about suffixes. */
export type NamedKind = 'counter' | 'gauge' | 'other';

export interface MetricNaming {
  /** In front of every name; empty for none. */
  readonly namespace: string;
  /** Units, `_total` of counters, `_ratio` of gauges without dimension. */
  readonly withSuffixes: boolean;
  /** Characters that classic Prometheus names cannot have stay. */
  readonly utf8: boolean;
}

export interface NamedMetric {
  readonly name: string;
  readonly unit: string;
  /** `counter` for monotonic sums. */
  readonly kind: NamedKind;
}

/** Prometheus' name of a metric; undefined where nothing is left of it. */
export function metricName(metric: NamedMetric, naming: MetricNaming): string | undefined {
  if (naming.utf8) return utf8Name(metric, naming);
  const name = naming.withSuffixes ? suffixedName(metric, naming) : plainName(metric, naming);
  if (name === '' || (name !== metric.name && /^_*$/.test(name))) return undefined;
  return name;
}

/** Runs of other characters, underscores among them, become one underscore. */
function suffixedName({ name, unit, kind }: NamedMetric, { namespace }: MetricNaming): string {
  let tokens = name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== '');
  const words = unitWords(unit);
  const main = cleanWord(words.main);
  const per = cleanWord(words.per).replace(/_$/, '');
  const withMain = main !== '' && !tokens.includes(main);
  const withPer = per !== '' && per !== 'per' && !tokens.includes(per);
  if (withMain) tokens = [...tokens, withPer ? main.replace(/_$/, '') : main];
  if (withPer) tokens = [...tokens, per];
  if (kind === 'counter') tokens = [...tokens.filter((token) => token !== 'total'), 'total'];
  if (unit === '1' && kind === 'gauge') {
    tokens = [...tokens.filter((token) => token !== 'ratio'), 'ratio'];
  }
  if (namespace !== '') tokens = [escapeRuns(namespace), ...tokens];
  return withoutLeadingDigit(tokens.join('_'));
}

function plainName({ name }: NamedMetric, { namespace }: MetricNaming): string {
  const escaped = escapeRuns(name);
  return namespace === '' ? withoutLeadingDigit(escaped) : `${escapeRuns(namespace)}_${escaped}`;
}

function escapeRuns(text: string): string {
  return text
    .split(/[^a-zA-Z0-9:_]+/)
    .filter((token) => token !== '')
    .join('_');
}

function withoutLeadingDigit(name: string): string {
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

function cleanWord(word: string): string {
  return word
    .replace(/[^a-zA-Z0-9:]/g, '_')
    .replace(/_+/g, '_')
    .replace(/^_/, '');
}

/** Suffixes go to the end in the order unit, per unit, total, ratio, each once. */
function utf8Name(metric: NamedMetric, { namespace, withSuffixes }: MetricNaming): string {
  const { unit, kind } = metric;
  let name = namespace === '' ? metric.name : `${namespace}_${metric.name}`;
  if (!withSuffixes) return name;
  const { main, per } = unitWords(unit);
  const last = [
    ...(per === '' ? [] : [per]),
    ...(kind === 'counter' ? ['total'] : []),
    ...(unit === '1' && kind === 'gauge' ? ['ratio'] : []),
  ];
  for (const suffix of [...last].reverse()) name = withoutSuffix(name, suffix);
  if (main !== '' && !name.endsWith(main)) name = `${name}_${main}`;
  return [name, ...last].join('_');
}

/** With the character in front of it. */
function withoutSuffix(name: string, suffix: string): string {
  if (!name.endsWith(suffix) || name.length <= suffix.length + 1) return name;
  return name.slice(0, name.length - suffix.length - 1);
}
