import { describe, expect, it } from 'vitest';
import type { ConfigMap, ConfigValue } from '../src/config/config-value.ts';
import { configVersion } from '../src/config/config-version.ts';

const map = (value: Record<string, ConfigValue>): ConfigMap => new Map(Object.entries(value));

interface Replica {
  readonly receiver?: Record<string, ConfigValue>;
  readonly grpc?: string;
  readonly health?: string;
  readonly metrics?: number;
  readonly extensions?: readonly string[];
  readonly processor?: ConfigValue;
  readonly exporter?: string;
  readonly pipeline?: readonly string[];
}

function fileOf(replica: Replica): ConfigMap {
  const protocols = map({ grpc: map({ endpoint: replica.grpc ?? '127.0.0.1:4317' }) });
  return map({
    receivers: map({
      kafka: map({ group_id: 'store', ...replica.receiver }),
      otlp: map({ protocols }),
    }),
    processors: map({ log_patterns: replica.processor ?? null }),
    exporters: map({ clickhouse: map({ endpoint: replica.exporter ?? 'http://127.0.0.1:8123' }) }),
    extensions: map({ health_check: map({ endpoint: replica.health ?? '127.0.0.1:13133' }) }),
    service: map({
      extensions: replica.extensions ?? ['health_check'],
      telemetry: map({ metrics: map({ port: replica.metrics ?? 8888 }) }),
      pipelines: map({
        logs: map({
          receivers: ['kafka'],
          processors: replica.pipeline ?? ['log_patterns'],
          exporters: ['clickhouse'],
        }),
      }),
    }),
  });
}

describe('the version of a configuration', () => {
  const version = configVersion(fileOf({}));

  it.each<[string, Replica]>([
    ['a port of a receiver', { grpc: '127.0.0.1:5317' }],
    ['the port of an extension', { health: '127.0.0.1:13134' }],
    ['its extensions', { extensions: [] }],
    ['its telemetry', { metrics: 8889 }],
    ['the name under which it is in the group', { receiver: { group_instance_id: 'two' } }],
    ['its client and brokers', { receiver: { client_id: 'two', brokers: ['kafka-2:9092'] } }],
    ['its threads', { receiver: { workers: 4 } }],
  ])('is that of a replica that differs in %s', (_, replica) => {
    expect(configVersion(fileOf(replica))).toBe(version);
  });

  it.each<[string, Replica]>([
    ['a processor', { processor: map({ similarity: 0.5 }) }],
    ['an exporter', { exporter: 'http://127.0.0.1:8124' }],
    ['a pipeline', { pipeline: [] }],
    ['what a receiver makes of messages', { receiver: { logs: map({ encoding: 'otlp_json' }) } }],
  ])('is another where %s is another', (_, replica) => {
    expect(configVersion(fileOf(replica))).not.toBe(version);
  });
});
