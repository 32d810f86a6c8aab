/** The topics of Sonde. `otlp_*` hold plain OTLP protobuf, a whole request a record. */
export const TOPICS = {
  traces: 'otlp_spans',
  metrics: 'otlp_metrics',
  logs: 'otlp_logs',
  profiles: 'otlp_profiles',
  /** Records that can never be processed, with the reason in their headers. */
  deadLetters: 'sonde.dead_letters',
} as const;

/** Headers of a record in an `otlp_*` topic. */
export const HEADERS = {
  tenant: 'tenant',
  /** Spans, log records or data points inside, decimal. */
  items: 'items',
} as const;
