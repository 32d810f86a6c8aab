import type { Signal } from '@sonde/proto';
import type { MatchProperties } from './config.ts';

const KINDS: readonly string[] = ['CLIENT', 'CONSUMER', 'INTERNAL', 'PRODUCER', 'SERVER'].map(
  (name) => `SPAN_KIND_${name}`,
);
const NOTHING =
  'at least one of "attributes", "libraries",  or "resources" field must be specified';
const NOTHING_FOR_LOGS =
  'at least one of "attributes", "libraries", "span_kinds", "resources", "log_bodies", ' +
  '"log_severity_texts" or "log_severity_number" field must be specified';

/** What is wrong with the properties for a signal, in upstream's words. */
export function checkProperties(properties: MatchProperties, signal: Signal): string | undefined {
  if (signal === 'traces') return checkForSpans(properties);
  if (signal === 'logs') return checkForLogs(properties);
  return signal === 'metrics' ? checkForMetrics(properties) : undefined;
}

function checkForSpans(properties: MatchProperties): string | undefined {
  for (const field of ['log_bodies', 'log_severity_texts'] as const) {
    if (properties[field].length > 0) return `${field} should not be specified for trace spans`;
  }
  if (properties.log_severity_number !== undefined) {
    return 'log_severity_number should not be specified for trace spans';
  }
  if (properties.metric_names.length > 0) {
    return 'metric_names should not be specified for trace spans';
  }
  const { services, span_names, span_kinds, attributes, libraries, resources } = properties;
  const all = [services, span_names, span_kinds, attributes, libraries, resources];
  if (all.every(({ length }) => length === 0)) return NOTHING;
  if (properties.match_type !== 'strict' || span_kinds.every((kind) => KINDS.includes(kind))) {
    return undefined;
  }
  // Upstream's list begins with as many empty names.
  return `span_kinds string must match one of the standard span kinds when match_type=strict: [     ${KINDS.join(' ')}]`;
}

function checkForLogs(properties: MatchProperties): string | undefined {
  const { services, span_names, span_kinds, metric_names } = properties;
  if ([services, span_names, span_kinds, metric_names].some(({ length }) => length > 0)) {
    return 'services, span_names, span_kinds and metric_names are not valid for log records';
  }
  const { attributes, libraries, resources, log_bodies, log_severity_texts } = properties;
  const all = [attributes, libraries, resources, log_bodies, log_severity_texts];
  const none = all.every(({ length }) => length === 0);
  return none && properties.log_severity_number === undefined ? NOTHING_FOR_LOGS : undefined;
}

function checkForMetrics(properties: MatchProperties): string | undefined {
  const { services, span_names, span_kinds, log_bodies, log_severity_texts } = properties;
  const { attributes, libraries } = properties;
  const others = [services, span_names, span_kinds, log_bodies, log_severity_texts];
  const isForeign = [...others, attributes, libraries].some(({ length }) => length > 0);
  if (isForeign || properties.log_severity_number !== undefined) {
    return (
      '"span_names", "span_kinds", "log_bodies", "log_severity_texts", "log_severity_number", ' +
      '"services", "attributes" and "libraries" are not valid for metrics'
    );
  }
  const { metric_names, resources } = properties;
  if (metric_names.length + resources.length > 0) return undefined;
  return 'at least one of "metric_names" or "resources" field must be specified';
}
