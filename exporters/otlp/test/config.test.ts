import { describe, expect, it } from 'vitest';
import { otlpGrpcConfig } from '../src/index.ts';

function refusals(config: unknown): readonly string[] {
  return otlpGrpcConfig.safeParse(config).error?.issues.map(({ message }) => message) ?? [];
}

describe('the configuration of otlp_grpc', () => {
  it('has the defaults of the Collector', () => {
    expect(otlpGrpcConfig.parse({ endpoint: 'a:4317' })).toMatchObject({
      timeout: 5000,
      compression: 'gzip',
      wait_for_ready: false,
      balancer_name: 'round_robin',
      tls: { insecure: false, min_version: '' },
      sending_queue: { numConsumers: 10, queueSize: 1000 },
    });
    expect(otlpGrpcConfig.parse({ endpoint: 'a:4317' }).keepalive).toBeUndefined();
    expect(otlpGrpcConfig.parse({ endpoint: 'a:4317', keepalive: null }).keepalive).toEqual({
      time: 10_000,
      timeout: 10_000,
      permit_without_stream: false,
    });
  });

  it('wants an endpoint with a port', () => {
    expect(refusals({})).toEqual(['requires a non-empty "endpoint"']);
    expect(refusals({ endpoint: 'https://a' })).toEqual(['address a: missing port in address']);
    expect(refusals({ endpoint: 'a:x' })).toEqual(['address a:x: invalid port "x"']);
    expect(refusals({ endpoint: 'unix:///run/otlp.sock' })).toEqual([]);
    expect(refusals({ endpoint: '[::1]:4317' })).toEqual([]);
  });

  it('takes the compressions of the Collector, and refuses others in its words', () => {
    for (const compression of ['gzip', 'snappy', 'zstd', 'none', '']) {
      expect(refusals({ endpoint: 'a:1', compression })).toEqual([]);
    }
    for (const compression of ['zlib', 'deflate', 'lz4', 'x-snappy-framed', 'br']) {
      expect(refusals({ endpoint: 'a:1', compression })).toEqual([
        `unsupported compression type "${compression}"`,
      ]);
    }
  });
});
