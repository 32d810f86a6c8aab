import { describe, expect, it } from 'vitest';
import { prometheusReceiverConfig } from '../src/config/config.ts';

function refusals(config: unknown): readonly string[] {
  const { error } = prometheusReceiverConfig.safeParse(config);
  return error?.issues.map(({ message }) => message) ?? [];
}

function job(fields: object): unknown {
  return { config: { scrape_configs: [{ job_name: 'a', ...fields }] } };
}

describe('the configuration of prometheus', () => {
  it('has Prometheus’ defaults, and a job inherits the global ones', () => {
    const [first] = prometheusReceiverConfig.parse(job({})).jobs;
    expect(first).toMatchObject({
      intervalMs: 60_000,
      timeoutMs: 10_000,
      honorLabels: false,
      honorTimestamps: true,
      scheme: 'http',
      metricsPath: '/metrics',
      compression: true,
      utf8Names: true,
      limits: { samplesMax: 0, bodyBytesMax: 0 },
    });
    const { jobs, externalLabels } = prometheusReceiverConfig.parse({
      config: {
        global: {
          scrape_interval: '1m30s',
          scrape_timeout: '45s',
          sample_limit: 7,
          body_size_limit: '1KB',
          external_labels: { a: 'b' },
        },
        scrape_configs: [
          { job_name: 'a' },
          { job_name: 'b', scrape_interval: '10s', sample_limit: 3 },
        ],
      },
    });
    expect(externalLabels).toEqual({ a: 'b' });
    expect(jobs).toMatchObject([
      { intervalMs: 90_000, timeoutMs: 45_000, limits: { samplesMax: 7, bodyBytesMax: 1024 } },
      { intervalMs: 10_000, timeoutMs: 10_000, limits: { samplesMax: 3 } },
    ]);
  });

  it('refuses what the Collector and Prometheus refuse, in their words', () => {
    expect(refusals({})).toEqual(['no Prometheus scrape_configs or target_allocator set']);
    expect(refusals({ config: { scrape_configs: [{}] } })).toEqual(['job_name is empty']);
    expect(
      refusals({ config: { scrape_configs: [{ job_name: 'a' }, { job_name: 'a' }] } }),
    ).toEqual(['found multiple scrape configs with job name "a"']);
    expect(refusals(job({ scrape_interval: '5s', scrape_timeout: '6s' }))).toEqual([
      'scrape timeout greater than scrape interval for scrape config with job name "a"',
    ]);
    expect(refusals(job({ scrape_interval: '5 seconds' }))).toEqual([
      'not a valid duration string: "5 seconds"',
    ]);
    expect(
      refusals({
        config: {
          scrape_configs: [{ job_name: 'a' }],
          remote_write: [{}],
          rule_files: ['x'],
          alerting: { alertmanagers: [{}] },
        },
      }),
    ).toEqual([
      'unsupported features:\n\talert_config.alertmanagers\n\tremote_write\n\trule_files',
    ]);
    expect(refusals(job({ basic_auth: { username: 'a' }, bearer_token: 'b' }))).toEqual([
      'at most one of basic_auth, oauth2 & authorization must be configured',
    ]);
  });

  it('refuses in words what they have and it has not', () => {
    expect(refusals(job({ kubernetes_sd_configs: [{ role: 'pod' }] }))).toEqual([
      '`kubernetes_sd_configs` is not supported',
    ]);
    expect(refusals({ ...Object(job({})), target_allocator: { endpoint: 'http://a' } })).toEqual([
      '`target_allocator` is not supported',
    ]);
    expect(refusals({ ...Object(job({})), api_server: { enabled: true } })).toEqual([
      '`api_server` is not supported',
    ]);
    expect(refusals({ config: { scrape_config_files: ['a.yaml'] } })).toEqual([
      '`scrape_config_files` is not supported',
    ]);
    expect(refusals(job({ oauth2: {} }))).toEqual(['`oauth2` is not supported']);
    expect(refusals(job({ scrape_native_histograms: true }))).toEqual([
      '`scrape_native_histograms` is not supported',
    ]);
    expect(refusals(job({ scrape_protocols: ['PrometheusProto'] }))).toEqual([
      'scrape_protocols has none that is supported',
    ]);
    expect(refusals(job({ scrape_protocols: ['PrometheusProto', 'PrometheusText0.0.4'] }))).toEqual(
      [],
    );
    expect(refusals(job({ scheme: 'https', proxy_url: 'http://p' }))).toEqual([
      '`proxy_url` is not supported with the scheme https',
    ]);
  });

  it('wants rules that make sense', () => {
    const rule = (fields: object): readonly string[] =>
      refusals(job({ relabel_configs: [fields] }));
    expect(rule({ action: 'rename' })).toEqual(['unknown relabel action "rename"']);
    expect(rule({ regex: '(', target_label: 'a' })).toEqual([
      'error parsing regexp: missing closing ): `^(?s:()$`',
    ]);
    expect(rule({ source_labels: ['a'] })).toEqual([
      "relabel configuration for replace action requires 'target_label' value",
    ]);
    expect(rule({ action: 'hashmod', target_label: 'a' })).toEqual([
      'relabel configuration for hashmod requires non-zero modulus',
    ]);
    expect(rule({ action: 'labeldrop', regex: 'a', target_label: 'b' })).toEqual([
      "labeldrop action requires only 'regex', and no other fields",
    ]);
    expect(
      rule({ action: 'keepequal', source_labels: ['a'], target_label: 'b', regex: 'c' }),
    ).toEqual([
      "keepequal action requires only 'source_labels' and `target_label`, and no other fields",
    ]);
  });

  it('wants places to find targets at', () => {
    expect(refusals(job({ file_sd_configs: [{ files: ['a.txt'] }] }))).toEqual([
      'path name "a.txt" is not valid for file discovery',
    ]);
    expect(refusals(job({ http_sd_configs: [{ url: 'ftp://a' }] }))).toEqual([
      "URL scheme must be 'http' or 'https'",
    ]);
    expect(refusals(job({ http_sd_configs: [{}] }))).toEqual(['URL is missing']);
  });

  it('shows no secret', () => {
    const config = prometheusReceiverConfig.parse(
      job({ basic_auth: { username: 'a', password: 'hidden' }, authorization: undefined }),
    );
    expect(JSON.stringify(config)).not.toContain('hidden');
  });
});
