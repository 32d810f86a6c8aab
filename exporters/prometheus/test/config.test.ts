import { describe, expect, it } from 'vitest';
import { prometheusConfig } from '../src/config.ts';

function refusals(config: object): readonly string[] {
  const { error } = prometheusConfig.safeParse({ endpoint: 'localhost:8889', ...config });
  return error?.issues.map(({ message }) => message) ?? [];
}

describe('the configuration of prometheus', () => {
  it('has the defaults of the Collector', () => {
    expect(prometheusConfig.parse({ endpoint: '0.0.0.0:8889' })).toMatchObject({
      endpoint: { host: '0.0.0.0', port: 8889 },
      namespace: '',
      const_labels: {},
      send_timestamps: false,
      metric_expiration: 300_000,
      enable_open_metrics: false,
      without_scope_info: false,
      suffixes: true,
      utf8: false,
    });
  });

  it('reads how names are translated', () => {
    const read = (config: object): readonly boolean[] => {
      const { suffixes, utf8 } = prometheusConfig.parse({ endpoint: ':1', ...config });
      return [suffixes, utf8];
    };
    expect(read({ add_metric_suffixes: false })).toEqual([false, false]);
    expect(
      read({ add_metric_suffixes: false, translation_strategy: 'NoUTF8EscapingWithSuffixes' }),
    ).toEqual([true, true]);
    expect(read({ translation_strategy: 'NoTranslation' })).toEqual([false, true]);
    expect(refusals({ translation_strategy: 'None' })).toEqual([
      'invalid translation_strategy: None',
    ]);
  });

  it('refuses what the Collector refuses, in its words', () => {
    expect(refusals({ endpoint: ' ' })).toEqual([
      'expecting a non-blank address to run the Prometheus metrics handler',
    ]);
    expect(refusals({ endpoint: 'localhost' })).toEqual([
      'address localhost: missing port in address',
    ]);
    expect(refusals({ resource_constant_labels: { enabled: true } })).toEqual([
      'enabled and exclude_service_attributes are not supported under ' +
        'resource_constant_labels; use included and excluded instead',
    ]);
    expect(
      refusals({
        resource_constant_labels: { included: ['a'] },
        resource_to_telemetry_conversion: { enabled: true },
      }),
    ).toEqual([
      'cannot configure both resource_to_telemetry_conversion and resource_constant_labels; ' +
        'resource_to_telemetry_conversion is deprecated',
    ]);
  });

  it('refuses in words what the Collector has and it has not', () => {
    expect(refusals({ auth: { authenticator: 'basicauth' } })).toEqual(['`auth` is not supported']);
    expect(refusals({ sending_queue: { queue_size: 5 } })).toEqual([
      '`sending_queue` is not supported',
    ]);
    expect(refusals({ sending_queue: { enabled: false } })).toEqual([]);
    expect(refusals({ transport: 'unix' })).toEqual(['only the transport tcp is supported']);
  });
});
