import type { Signal } from '@sonde/proto';
import type { MatchProperties } from './config.ts';

const KINDS: readonly string[] = ['Client', 'Consumer', 'Internal', 'Producer', 'Server'];
const NOTHING =
  'at least one of "attributes", "libraries",  or "resources" field must be specified';
const NOTHING_FOR_LOGS =
  'at least one of "attributes", "libraries", "span_kinds", "resources", "log_bodies", ' +
  '"log_severity_texts" or "log_severity_number" field must be specified';

/** What is wrong with the properties for a signal, in upstream's words. */
export function checkProperties(properties: MatchProperties, signal: Signal): string | undefined {
  if (signal === 'traces') return checkForSpans(properties);
  if (signal === 'logs') return checkForLogs(properties);
  return undefined;
}

function checkForSpans(properties: MatchProperties): string | undefined {
  for (const field of ['log_bodies', 'log_severity_texts'] as const) {
    if (properties[field].length > 0) return `${field} should not be specified for trace spans`;
  }
  if (properties.log_severity_number !== undefined) {
    return 'log_severity_number should not be specified for trace spans';
  }
  const { services, span_names, span_kinds, attributes, libraries, resources } = properties;
  const all = [services, span_names, span_kinds, attributes, libraries, resources];
  if (all.every(({ length }) => length === 0)) return NOTHING;
  if (properties.match_type !== 'strict' || span_kinds.every((kind) => KINDS.includes(kind))) {
    return undefined;
  }
  return `span_kinds string must match one of the standard span kinds when match_type=strict: [${KINDS.join(' ')}]`;
}

function checkForLogs(properties: MatchProperties): string | undefined {
  const { services, span_names, span_kinds } = properties;
  if (services.length + span_names.length + span_kinds.length > 0) {
    return 'services, span_names, and span_kinds are not valid for log records';
  }
  const { attributes, libraries, resources, log_bodies, log_severity_texts } = properties;
  const all = [attributes, libraries, resources, log_bodies, log_severity_texts];
  const none = all.every(({ length }) => length === 0);
  return none && properties.log_severity_number === undefined ? NOTHING_FOR_LOGS : undefined;
}
