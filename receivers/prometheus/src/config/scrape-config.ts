import { type IssueSink, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import {
  type FileDiscoveryConfig,
  fileDiscovery,
  type HttpDiscoveryConfig,
  httpDiscovery,
  OTHER_DISCOVERIES,
  type TargetGroup,
  targetGroup,
} from './discovery-config.ts';
import {
  type HttpClientFields,
  type HttpClientSettings,
  httpClientShape,
  readHttpClient,
} from './http-client.ts';
import { prometheusDuration, prometheusSize } from './prometheus-duration.ts';
import { type RelabelRule, relabelRule } from './relabel-config.ts';

/** Numbers that a page must not exceed; 0 is no limit. */
export interface ScrapeLimits {
  readonly bodyBytesMax: number;
  readonly samplesMax: number;
  readonly targetsMax: number;
  readonly labelsMax: number;
  readonly labelNameCharactersMax: number;
  readonly labelValueCharactersMax: number;
}

/** One job: where its targets are found, how they are asked, what becomes of their samples. */
export interface ScrapeConfig {
  readonly jobName: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly honorLabels: boolean;
  readonly honorTimestamps: boolean;
  readonly trackTimestampsStaleness: boolean;
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly scheme: 'http' | 'https';
  readonly metricsPath: string;
  readonly protocols: readonly ScrapeProtocol[];
  readonly utf8Names: boolean;
  readonly compression: boolean;
  readonly extraMetrics: boolean;
  readonly limits: ScrapeLimits;
  readonly client: HttpClientSettings;
  readonly staticGroups: readonly TargetGroup[];
  readonly fileDiscoveries: readonly FileDiscoveryConfig[];
  readonly httpDiscoveries: readonly HttpDiscoveryConfig[];
  readonly relabelRules: readonly RelabelRule[];
  readonly metricRelabelRules: readonly RelabelRule[];
}

export const SCRAPE_PROTOCOLS = [
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
] as const;
export type ScrapeProtocol = (typeof SCRAPE_PROTOCOLS)[number];
/** Known, and never asked for: the text formats are read. */
const PROTOBUF = 'PrometheusProto';

/** What `global` and every job have. */
interface InheritableFields {
  readonly scrape_interval?: number | undefined;
  readonly scrape_timeout?: number | undefined;
  readonly scrape_protocols?: readonly string[] | undefined;
  readonly scrape_native_histograms?: boolean | undefined;
  readonly always_scrape_classic_histograms?: boolean | undefined;
  readonly convert_classic_histograms_to_nhcb?: boolean | undefined;
  readonly extra_scrape_metrics?: boolean | undefined;
  readonly scrape_failure_log_file?: string | undefined;
  readonly body_size_limit?: number | undefined;
  readonly sample_limit?: number | undefined;
  readonly target_limit?: number | undefined;
  readonly label_limit?: number | undefined;
  readonly label_name_length_limit?: number | undefined;
  readonly label_value_length_limit?: number | undefined;
  readonly keep_dropped_targets?: number | undefined;
  readonly metric_name_validation_scheme?: string | undefined;
  readonly metric_name_escaping_scheme?: string | undefined;
}

const limit = z.int().min(0).optional();
const inheritable = {
  scrape_interval: prometheusDuration(),
  scrape_timeout: prometheusDuration(),
  scrape_protocols: z.array(z.string()).optional(),
  scrape_native_histograms: z.boolean().optional(),
  always_scrape_classic_histograms: z.boolean().optional(),
  convert_classic_histograms_to_nhcb: z.boolean().optional(),
  extra_scrape_metrics: z.boolean().optional(),
  scrape_failure_log_file: z.string().optional(),
  body_size_limit: prometheusSize(),
  sample_limit: limit,
  target_limit: limit,
  label_limit: limit,
  label_name_length_limit: limit,
  label_value_length_limit: limit,
  keep_dropped_targets: limit,
  metric_name_validation_scheme: z.string().optional(),
  metric_name_escaping_scheme: z.string().optional(),
};

export interface GlobalFields extends InheritableFields {
  readonly external_labels: Readonly<Record<string, string>>;
}

export const globalConfig: z.ZodType<GlobalFields> = z
  .strictObject({
    ...inheritable,
    // Of rules, which are evaluated elsewhere.
    evaluation_interval: prometheusDuration(),
    rule_query_offset: prometheusDuration(),
    external_labels: z.record(z.string(), z.string()).default({}),
  })
  .prefault({});

/** A job as it is written. */
export interface ScrapeFields extends InheritableFields, HttpClientFields {
  readonly job_name: string;
  readonly honor_labels: boolean;
  readonly honor_timestamps: boolean;
  readonly track_timestamps_staleness: boolean;
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly scrape_fallback_protocol?: string | undefined;
  readonly metrics_path: string;
  readonly scheme: string;
  readonly enable_compression: boolean;
  readonly static_configs: readonly TargetGroup[];
  readonly file_sd_configs: readonly FileDiscoveryConfig[];
  readonly http_sd_configs: readonly HttpDiscoveryConfig[];
  readonly relabel_configs: readonly RelabelRule[];
  readonly metric_relabel_configs: readonly RelabelRule[];
}

export const scrapeConfig: z.ZodType<ScrapeFields> = z.strictObject({
  ...inheritable,
  ...httpClientShape,
  job_name: z.string().default(''),
  honor_labels: z.boolean().default(false),
  honor_timestamps: z.boolean().default(true),
  track_timestamps_staleness: z.boolean().default(false),
  params: z.record(z.string(), z.array(z.string())).default({}),
  scrape_fallback_protocol: z.string().optional(),
  metrics_path: z.string().default('/metrics'),
  scheme: z.string().default('http'),
  enable_compression: z.boolean().default(true),
  // Of histograms that come in protobuf only.
  native_histogram_bucket_limit: z.int().optional(),
  native_histogram_min_bucket_factor: z.number().optional(),
  static_configs: z.array(targetGroup).default([]),
  file_sd_configs: z.array(fileDiscovery).default([]),
  http_sd_configs: z.array(httpDiscovery).default([]),
  relabel_configs: z.array(relabelRule).default([]),
  metric_relabel_configs: z.array(relabelRule).default([]),
  ...Object.fromEntries(OTHER_DISCOVERIES.map((key) => [key, z.unknown().optional()])),
});

const DEFAULT_INTERVAL_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 10_000;

/** One job with what it inherits. `sink` is for its part of the configuration. */
export function readScrapeConfig(
  given: ScrapeFields,
  globals: GlobalFields,
  sink: IssueSink,
): ScrapeConfig {
  const name = JSON.stringify(given.job_name);
  const refuse = (text: string, hint?: string): void =>
    refuseMeaning(sink, { text, ...(hint === undefined ? {} : { hint }) });
  if (given.job_name === '') refuse('job_name is empty');
  if (given.scheme !== 'http' && given.scheme !== 'https') {
    refuse(`unsupported scheme ${JSON.stringify(given.scheme)}`, 'http or https');
  }
  for (const key of OTHER_DISCOVERIES) {
    if (Reflect.get(given, key) === undefined) continue;
    refuse(
      `\`${key}\` is not supported`,
      'Sonde finds targets by static_configs, file_sd_configs and http_sd_configs',
    );
  }
  checkUnsupported(given, refuse);
  const intervalMs = given.scrape_interval ?? globals.scrape_interval ?? DEFAULT_INTERVAL_MS;
  if (intervalMs <= 0) refuse(`scrape_interval of job ${name} must be larger than zero`);
  const globalTimeout = globals.scrape_timeout ?? DEFAULT_TIMEOUT_MS;
  const timeoutMs = given.scrape_timeout ?? Math.min(globalTimeout, intervalMs);
  if (timeoutMs > intervalMs) {
    refuse(`scrape timeout greater than scrape interval for scrape config with job name ${name}`);
  }
  const fields = inherited(given, globals);
  return {
    jobName: given.job_name,
    intervalMs,
    timeoutMs,
    honorLabels: given.honor_labels,
    honorTimestamps: given.honor_timestamps,
    trackTimestampsStaleness: given.track_timestamps_staleness,
    params: given.params,
    scheme: given.scheme === 'https' ? 'https' : 'http',
    metricsPath: given.metrics_path,
    protocols: readProtocols(fields.scrape_protocols, refuse),
    utf8Names: readsUtf8Names(fields),
    compression: given.enable_compression,
    extraMetrics: fields.extra_scrape_metrics ?? false,
    limits: {
      bodyBytesMax: fields.body_size_limit ?? 0,
      samplesMax: fields.sample_limit ?? 0,
      targetsMax: fields.target_limit ?? 0,
      labelsMax: fields.label_limit ?? 0,
      labelNameCharactersMax: fields.label_name_length_limit ?? 0,
      labelValueCharactersMax: fields.label_value_length_limit ?? 0,
    },
    client: readClient(given, sink),
    staticGroups: given.static_configs,
    fileDiscoveries: given.file_sd_configs,
    httpDiscoveries: given.http_sd_configs,
    relabelRules: given.relabel_configs,
    metricRelabelRules: given.metric_relabel_configs,
  };
}

/** A job's own values, and the global ones where it has none (or 0, as Prometheus has it). */
function inherited(given: ScrapeFields, globals: GlobalFields): InheritableFields {
  const own = Object.entries(given).filter(([, value]) => value !== undefined && value !== 0);
  return { ...globals, ...Object.fromEntries(own) };
}

function readClient(given: ScrapeFields, sink: IssueSink): HttpClientSettings {
  if (given.proxy_url !== '' && given.scheme === 'https') {
    refuseMeaning(sink, {
      text: '`proxy_url` is not supported with the scheme https',
      hint: 'targets behind a proxy are asked with plain requests',
    });
  }
  return readHttpClient(given, sink);
}

function readProtocols(
  given: readonly string[] | undefined,
  refuse: (text: string, hint?: string) => void,
): readonly ScrapeProtocol[] {
  if (given === undefined) return SCRAPE_PROTOCOLS;
  const known = given.flatMap((name) => SCRAPE_PROTOCOLS.find((each) => each === name) ?? []);
  for (const name of given) {
    if (name === PROTOBUF || known.some((each) => each === name)) continue;
    refuse(
      `unknown scrape protocol ${name}, supported: [${[...SCRAPE_PROTOCOLS, PROTOBUF].join(' ')}]`,
    );
  }
  if (new Set(given).size < given.length) refuse('duplicated protocol in scrape_protocols');
  if (known.length === 0) {
    refuse('scrape_protocols has none that is supported', 'add PrometheusText0.0.4');
  }
  return known;
}

function readsUtf8Names(fields: InheritableFields): boolean {
  if (fields.metric_name_validation_scheme === 'legacy') return false;
  const escaping = fields.metric_name_escaping_scheme ?? 'allow-utf-8';
  return escaping === 'allow-utf-8';
}

function checkUnsupported(
  given: ScrapeFields,
  refuse: (text: string, hint?: string) => void,
): void {
  if (given.scrape_native_histograms === true) {
    refuse(
      '`scrape_native_histograms` is not supported',
      'native histograms come in protobuf only; the text formats are read',
    );
  }
  if (given.convert_classic_histograms_to_nhcb === true) {
    refuse(
      '`convert_classic_histograms_to_nhcb` is not supported',
      'histograms become histograms with explicit bounds, which is the same',
    );
  }
  if (given.scrape_failure_log_file !== undefined && given.scrape_failure_log_file !== '') {
    refuse('`scrape_failure_log_file` is not supported', 'failures are in the log');
  }
}
