import { duration, type IssueSink, nullMeansDefaults, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import {
  globalConfig,
  readScrapeConfig,
  type ScrapeConfig,
  scrapeConfig,
} from './scrape-config.ts';

export interface PrometheusReceiverConfig {
  readonly jobs: readonly ScrapeConfig[];
  /** On every sample. */
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly trimMetricSuffixes: boolean;
  readonly scrapeOnShutdown: boolean;
  /** Milliseconds before the first scrape, beside the offset that spreads targets. */
  readonly initialScrapeOffsetMs: number;
}

const alerting = z
  .strictObject({
    alert_relabel_configs: z.array(z.unknown()).default([]),
    alertmanagers: z.array(z.unknown()).default([]),
  })
  .prefault({});

const prometheus = z.strictObject({
  global: globalConfig,
  scrape_configs: z.array(scrapeConfig).default([]),
  scrape_config_files: z.array(z.string()).default([]),
  rule_files: z.array(z.unknown()).default([]),
  remote_write: z.array(z.unknown()).default([]),
  remote_read: z.array(z.unknown()).default([]),
  alerting,
  runtime: z.unknown().optional(),
  storage: z.unknown().optional(),
  tracing: z.unknown().optional(),
  otlp: z.unknown().optional(),
});
type PrometheusFields = z.output<typeof prometheus>;

/** Scrape configurations are required. */
export const prometheusReceiverConfig: z.ZodType<PrometheusReceiverConfig> = nullMeansDefaults(
  z
    .strictObject({
      config: z.preprocess((raw) => raw ?? {}, prometheus).prefault({}),
      trim_metric_suffixes: z.boolean().default(false),
      target_allocator: z.unknown().optional(),
      api_server: z.unknown().optional(),
      scrape_on_shutdown: z.boolean().default(false),
      // Targets are found at once anyway.
      discovery_reload_on_startup: z.boolean().default(false),
      initial_scrape_offset: duration('0s'),
    })
    .transform((given, sink): PrometheusReceiverConfig => {
      refuseGiven(given, sink);
      checkFeatures(given.config, sink);
      const jobs = given.config.scrape_configs.map((job, index) =>
        readScrapeConfig(job, given.config.global, at(sink, ['config', 'scrape_configs', index])),
      );
      checkJobs(given, jobs, sink);
      return {
        jobs,
        externalLabels: given.config.global.external_labels,
        trimMetricSuffixes: given.trim_metric_suffixes,
        scrapeOnShutdown: given.scrape_on_shutdown,
        initialScrapeOffsetMs: given.initial_scrape_offset,
      };
    }),
);

/** A sink for what lies below `path`. */
function at(sink: IssueSink, path: readonly PropertyKey[]): IssueSink {
  return {
    addIssue: (issue) => sink.addIssue({ ...issue, path: [...path, ...(issue.path ?? [])] }),
  };
}

function refuseGiven(
  given: { readonly target_allocator?: unknown; readonly api_server?: unknown },
  sink: IssueSink,
): void {
  const refuse = (key: string, hint: string): void =>
    refuseMeaning(sink, { text: `\`${key}\` is not supported`, path: [key], hint });
  if (given.target_allocator !== undefined && given.target_allocator !== null) {
    refuse('target_allocator', 'list targets by static_configs, file_sd_configs, http_sd_configs');
  }
  const server = given.api_server;
  const isOn =
    typeof server === 'object' && server !== null && Reflect.get(server, 'enabled') === true;
  if (isOn) refuse('api_server', 'there is no API of Prometheus here');
}

function checkFeatures(given: PrometheusFields, sink: IssueSink): void {
  const unsupported = [
    ...(given.alerting.alertmanagers.length > 0 ? ['alert_config.alertmanagers'] : []),
    ...(given.alerting.alert_relabel_configs.length > 0 ? ['alert_config.relabel_configs'] : []),
    ...(given.remote_read.length > 0 ? ['remote_read'] : []),
    ...(given.remote_write.length > 0 ? ['remote_write'] : []),
    ...(given.rule_files.length > 0 ? ['rule_files'] : []),
  ];
  if (unsupported.length > 0) {
    refuseMeaning(sink, {
      text: `unsupported features:\n\t${unsupported.join('\n\t')}`,
      path: ['config'],
    });
  }
  if (given.scrape_config_files.length > 0) {
    refuseMeaning(sink, {
      text: '`scrape_config_files` is not supported',
      path: ['config', 'scrape_config_files'],
      hint: 'name the file where the list stands, by the file provider of configuration',
    });
  }
}

function checkJobs(
  given: { readonly config: PrometheusFields; readonly target_allocator?: unknown },
  jobs: readonly ScrapeConfig[],
  sink: IssueSink,
): void {
  const { scrape_config_files: files } = given.config;
  const others = files.length > 0 || (given.target_allocator ?? undefined) !== undefined;
  if (jobs.length === 0 && !others) {
    refuseMeaning(sink, { text: 'no Prometheus scrape_configs or target_allocator set' });
  }
  const seen = new Set<string>();
  for (const { jobName } of jobs) {
    if (seen.has(jobName)) {
      const name = JSON.stringify(jobName);
      refuseMeaning(sink, {
        text: `found multiple scrape configs with job name ${name}`,
        path: ['config', 'scrape_configs'],
      });
    }
    seen.add(jobName);
  }
}
