import { contractSignalSettings } from '@sonde/pipeline/contract-suite';
import { describe, expect, it } from 'vitest';
import { otlpHttpConfig, otlpHttpExporterFactory } from '../src/index.ts';

function refusals(config: unknown): readonly string[] {
  return otlpHttpConfig.safeParse(config).error?.issues.map(({ message }) => message) ?? [];
}

describe('the configuration of otlp_http', () => {
  it('has the defaults of the Collector', () => {
    expect(otlpHttpConfig.parse({ endpoint: 'http://a:4318' })).toMatchObject({
      timeout: 30_000,
      compression: 'gzip',
      encoding: 'proto',
      max_idle_conns: 100,
      idle_conn_timeout: 90_000,
      sending_queue: { numConsumers: 10, queueSize: 1000, sizer: 'requests' },
      retry_on_failure: { initialIntervalMs: 5000, maxElapsedTimeMs: 300_000 },
    });
  });

  it('wants an endpoint that is a URL', () => {
    expect(refusals({})).toEqual(['at least one endpoint must be specified']);
    expect(refusals({ traces_endpoint: 'localhost:4318' })).toEqual([
      'traces_endpoint must be a valid URL',
    ]);
  });

  it('wants one for every signal that a pipeline gives it', () => {
    const config = otlpHttpConfig.parse({ traces_endpoint: 'http://a/x' });
    expect(() =>
      otlpHttpExporterFactory.create(contractSignalSettings('otlphttp', 'logs'), config),
    ).toThrow('either endpoint or logs_endpoint must be specified');
  });

  it('refuses in words what the Collector has and it has not', () => {
    const endpoint = 'http://a:4318';
    expect(refusals({ endpoint, proxy_url: 'http://p' })).toEqual(['`proxy_url` is not supported']);
    expect(refusals({ endpoint, cookies: { enabled: true } })).toEqual([
      '`cookies` is not supported',
    ]);
    expect(refusals({ endpoint, middlewares: [] })).toEqual([]);
    expect(refusals({ endpoint, tls: { cipher_suites: ['X'], reload_interval: '1h' } })).toEqual([
      '`cipher_suites` is not supported',
      '`reload_interval` is not supported',
    ]);
  });

  it('takes the compressions of the Collector', () => {
    const endpoint = 'http://a:4318';
    const all = ['gzip', 'zlib', 'deflate', 'zstd', 'snappy', 'x-snappy-framed', 'lz4', 'none', ''];
    for (const compression of all) expect(refusals({ endpoint, compression })).toEqual([]);
    expect(refusals({ endpoint, compression: 'br' })).toEqual([
      'unsupported compression type "br"',
    ]);
  });

  it('takes the levels that a compression has, with the Collector’s words for others', () => {
    const refused = (compression: string, level: number): readonly string[] =>
      refusals({ endpoint: 'http://a:4318', compression, compression_params: { level } });
    for (const compression of ['gzip', 'zlib', 'deflate']) {
      for (const level of [-2, -1, 0, 1, 9]) expect(refused(compression, level)).toEqual([]);
      for (const level of [-3, 10]) {
        expect(refused(compression, level)).toEqual([
          `unsupported parameters {Level:${level}} for compression type "${compression}"`,
        ]);
      }
    }
    for (const level of [-7, 0, 22, 100]) expect(refused('zstd', level)).toEqual([]);
    for (const compression of ['snappy', 'x-snappy-framed', 'lz4']) {
      expect(refused(compression, 0)).toEqual([]);
      expect(refused(compression, 1)).toEqual([
        `unsupported parameters {Level:1} for compression type "${compression}"`,
      ]);
    }
    // What packs nothing looks at no parameters.
    for (const compression of ['none', '']) expect(refused(compression, 42)).toEqual([]);
  });

  it('wants certificates that fit together', () => {
    const endpoint = 'https://a:4318';
    expect(refusals({ endpoint, tls: { ca_file: 'a', ca_pem: 'b' } })).toEqual([
      'provide either a CA file or the PEM-encoded string, but not both',
    ]);
    expect(refusals({ endpoint, tls: { cert_file: 'a' } })).toEqual([
      'for auth via TLS, provide both certificate and key, or neither',
    ]);
    expect(refusals({ endpoint, tls: { min_version: '1.3', max_version: '1.2' } })).toEqual([
      'invalid TLS configuration: min_version cannot be greater than max_version',
    ]);
  });

  it('never shows the value of a header', () => {
    expect(refusals({ endpoint: 'http://a', headers: { ok: 'se\ncret' } })).toEqual([
      'invalid header "ok"',
    ]);
    const config = otlpHttpConfig.parse({ endpoint: 'http://a', headers: { a: 'secret' } });
    expect(JSON.stringify(config)).not.toContain('secret');
  });
});
