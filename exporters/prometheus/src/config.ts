import {
  duration,
  type Endpoint,
  type IssueSink,
  nullMeansDefaults,
  parseEndpoint,
  refuseMeaning,
  type ServerTlsConfig,
  serverTls,
  textList,
} from '@sonde/pipeline';
import { z } from 'zod';

/** Which resource attributes become labels, and whether any does. */
export interface ResourceLabels {
  /** Patterns with `*` and `?`; empty with an `excluded` means all. */
  readonly included: readonly string[];
  readonly excluded: readonly string[];
}

export interface PrometheusConfig {
  readonly endpoint: Endpoint;
  readonly tls: ServerTlsConfig | undefined;
  readonly response_headers: Readonly<Record<string, string>>;
  readonly namespace: string;
  readonly const_labels: Readonly<Record<string, string>>;
  readonly send_timestamps: boolean;
  /** Milliseconds. */
  readonly metric_expiration: number;
  readonly resource_labels: ResourceLabels | undefined;
  readonly enable_open_metrics: boolean;
  readonly without_scope_info: boolean;
  /** Units and types at the end of names. */
  readonly suffixes: boolean;
  /** Characters that classic names cannot have stay. */
  readonly utf8: boolean;
}

const STRATEGIES: ReadonlyMap<string, { readonly suffixes: boolean; readonly utf8: boolean }> =
  new Map([
    ['UnderscoreEscapingWithSuffixes', { suffixes: true, utf8: false }],
    ['UnderscoreEscapingWithoutSuffixes', { suffixes: false, utf8: false }],
    ['NoUTF8EscapingWithSuffixes', { suffixes: true, utf8: true }],
    ['NoTranslation', { suffixes: false, utf8: true }],
  ]);

const SERVICE_ATTRIBUTES = ['service.name', 'service.namespace', 'service.instance.id'];

const resourceSettings = z
  .strictObject({
    enabled: z.boolean().default(false),
    exclude_service_attributes: z.boolean().default(false),
    included: textList(),
    excluded: textList(),
  })
  .prefault({});
type ResourceSettings = z.output<typeof resourceSettings>;

/** What `confighttp` servers have beyond this. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  auth: 'put a proxy in front that asks for credentials, or bind to loopback',
  cors: 'pages of other origins cannot read it',
  middlewares: 'Sonde has no middleware extensions',
  sending_queue: 'metrics are taken at once; there is nothing to wait for',
};

const shape = z.strictObject({
  endpoint: z.string().default(''),
  transport: z.string().default('tcp'),
  tls: serverTls().optional(),
  auth: z.unknown().optional(),
  cors: z.unknown().optional(),
  middlewares: z.unknown().optional(),
  sending_queue: z.unknown().optional(),
  response_headers: z.record(z.string(), z.string()).default({}),
  max_request_body_size: z.int().default(0),
  include_metadata: z.boolean().default(false),
  compression_algorithms: textList(),
  read_timeout: duration('0s'),
  read_header_timeout: duration('1m'),
  write_timeout: duration('30s'),
  idle_timeout: duration('1m'),
  keep_alives_enabled: z.boolean().default(true),
  namespace: z.string().default(''),
  const_labels: z.record(z.string(), z.string()).default({}),
  send_timestamps: z.boolean().default(false),
  metric_expiration: duration('5m'),
  resource_to_telemetry_conversion: resourceSettings,
  resource_constant_labels: resourceSettings,
  enable_open_metrics: z.boolean().default(false),
  without_scope_info: z.boolean().default(false),
  add_metric_suffixes: z.boolean().default(true),
  translation_strategy: z.string().default(''),
});
type Given = z.output<typeof shape>;

/** An endpoint is required. */
export const prometheusConfig: z.ZodType<PrometheusConfig> = nullMeansDefaults(
  shape.transform((given, sink): PrometheusConfig => {
    checkServer(given, sink);
    checkResourceLabels(given, sink);
    const strategy = STRATEGIES.get(given.translation_strategy);
    if (strategy === undefined && given.translation_strategy !== '') {
      refuseMeaning(sink, {
        text: `invalid translation_strategy: ${given.translation_strategy}`,
        path: ['translation_strategy'],
        hint: `one of ${[...STRATEGIES.keys()].join(', ')}`,
      });
    }
    return {
      endpoint: readEndpoint(given.endpoint, sink),
      tls: given.tls,
      response_headers: given.response_headers,
      namespace: given.namespace,
      const_labels: given.const_labels,
      send_timestamps: given.send_timestamps,
      metric_expiration: given.metric_expiration,
      resource_labels: resourceLabels(given),
      enable_open_metrics: given.enable_open_metrics,
      without_scope_info: given.without_scope_info,
      suffixes: strategy?.suffixes ?? given.add_metric_suffixes,
      utf8: strategy?.utf8 ?? false,
    };
  }),
);

function readEndpoint(text: string, sink: IssueSink): Endpoint {
  const nowhere = { host: '', port: 0 };
  if (text.trim() === '') {
    refuseMeaning(sink, {
      text: 'expecting a non-blank address to run the Prometheus metrics handler',
      path: ['endpoint'],
      hint: 'write host:port, like localhost:8889',
    });
    return nowhere;
  }
  const parsed = parseEndpoint(text.trim());
  if (parsed.ok) return parsed.endpoint;
  refuseMeaning(sink, {
    text: parsed.reason,
    path: ['endpoint'],
    hint: 'write host:port, like localhost:8889',
  });
  return nowhere;
}

function checkServer(given: Given, sink: IssueSink): void {
  if (given.transport !== 'tcp') {
    refuseMeaning(sink, { text: 'only the transport tcp is supported', path: ['transport'] });
  }
  for (const [key, hint] of Object.entries(UNSUPPORTED)) {
    const value: unknown = Reflect.get(given, key);
    if (value === undefined || value === null || isOff(value)) continue;
    refuseMeaning(sink, { text: `\`${key}\` is not supported`, path: [key], hint });
  }
}

function isOff(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && Reflect.get(value, 'enabled') === false;
}

function checkResourceLabels(given: Given, sink: IssueSink): void {
  const { resource_constant_labels: labels, resource_to_telemetry_conversion: old } = given;
  if (labels.enabled || labels.exclude_service_attributes) {
    refuseMeaning(sink, {
      text:
        'enabled and exclude_service_attributes are not supported under ' +
        'resource_constant_labels; use included and excluded instead',
      path: ['resource_constant_labels'],
    });
  } else if (!isEmpty(labels) && !isEmpty(old)) {
    refuseMeaning(sink, {
      text:
        'cannot configure both resource_to_telemetry_conversion and resource_constant_labels; ' +
        'resource_to_telemetry_conversion is deprecated',
    });
  }
  const isOld = old.enabled || old.exclude_service_attributes;
  if (isOld && (old.included.length > 0 || old.excluded.length > 0)) {
    refuseMeaning(sink, {
      text:
        'cannot configure both legacy enabled/exclude_service_attributes and included/excluded ' +
        'patterns; enabled and exclude_service_attributes are deprecated',
      path: ['resource_to_telemetry_conversion'],
    });
  }
}

function isEmpty(settings: ResourceSettings): boolean {
  const { enabled, exclude_service_attributes, included, excluded } = settings;
  return !enabled && !exclude_service_attributes && included.length === 0 && excluded.length === 0;
}

function resourceLabels(given: Given): ResourceLabels | undefined {
  const { resource_constant_labels: labels, resource_to_telemetry_conversion: old } = given;
  const settings = isEmpty(labels) ? old : labels;
  if (settings.included.length > 0 || settings.excluded.length > 0) return settings;
  if (!settings.enabled) return undefined;
  const excluded = settings.exclude_service_attributes ? SERVICE_ATTRIBUTES : [];
  return { included: ['*'], excluded };
}
