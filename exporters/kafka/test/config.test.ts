import { describe, expect, it } from 'vitest';
import { kafkaExporterConfig } from '../src/index.ts';

describe('the configuration', () => {
  it('has the Collector s defaults', () => {
    const config = kafkaExporterConfig.parse(null);
    expect(config).toMatchObject({
      brokers: ['localhost:9092'],
      client_id: 'otel-collector',
      timeout: 5000,
      topics: {
        traces: { topic: 'otlp_spans', encoding: 'otlp_proto' },
        metrics: { topic: 'otlp_metrics', encoding: 'otlp_proto' },
        logs: { topic: 'otlp_logs', encoding: 'otlp_proto' },
        profiles: { topic: 'otlp_profiles', encoding: 'otlp_proto' },
      },
      producer: { max_message_bytes: 1_000_000, compression: 'none', required_acks: -1 },
    });
    expect(config.tls).toBeUndefined();
  });

  it('reads the topics of the signals, and upstream s old flat keys', () => {
    const raw = { topic: 'all', encoding: 'otlp_json', logs: { topic: 'lines' } };
    const { topics } = kafkaExporterConfig.parse(raw);
    expect(topics.traces).toMatchObject({ topic: 'all', encoding: 'otlp_json' });
    expect(topics.logs).toMatchObject({ topic: 'lines', encoding: 'otlp_json' });
  });

  it.each([
    [{ logs: { topic: 'two words' } }, '"two words" is no name of a topic'],
    [{ topic: 'a/b' }, '"a/b" is no name of a topic'],
    [{ traces: { topic: 'x'.repeat(250) } }, 'is no name of a topic'],
  ])('refuses %j, which every request would be refused for', (raw, text) => {
    const { error } = kafkaExporterConfig.safeParse(raw);
    expect(JSON.stringify(error?.issues)).toContain(JSON.stringify(text).slice(1, -1));
  });

  it('keeps a password to itself', () => {
    const sasl = { mechanism: 'SCRAM-SHA-512', username: 'u', password: 'hunter2' };
    const config = kafkaExporterConfig.parse({ auth: { sasl }, tls: { insecure: false } });
    expect(config.auth.sasl?.password.reveal()).toBe('hunter2');
    expect(JSON.stringify(config)).not.toContain('hunter2');
    expect(config.tls?.insecure).toBe(false);
  });

  it.each([
    [{ producer: { compression: 'snappy', compression_params: { level: 3 } } }, 'it has no levels'],
    [
      { producer: { compression: 'zstd', compression_params: { level: 23 } } },
      'levels are 1 to 22',
    ],
    [{ producer: { compression: 'rar' } }, "configured value is 'rar'"],
    [{ client: 'sarama' }, 'client'],
    [{ traces: { encoding: 'jaeger_proto' } }, 'encoding \\"jaeger_proto\\" is not supported'],
    [
      { partition_logs_by_trace_id: true, partition_logs_by_resource_attributes: true },
      'cannot both be enabled',
    ],
    [
      { partition_traces_by_id: true, traces: { message_key_from_metadata_key: 'k' } },
      'traces::message_key_from_metadata_key cannot be combined with partition_traces_by_id',
    ],
    [
      { record_partitioner: { round_robin: {}, least_backup: {} } },
      'at most one record_partitioner',
    ],
    [{ record_partitioner: { extension: 'mine' } }, '`extension` is not supported'],
    [{ record_partitioner: { sticky_key: { hasher: 'crc' } } }, 'murmur2'],
    [{ auth: { kerberos: { realm: 'r' } } }, '`kerberos` is not supported'],
    [{ auth: { sasl: { mechanism: 'OAUTHBEARER', username: 'u', password: 'p' } } }, 'PLAIN'],
    [{ brokers: [] }, 'at least one broker'],
    [{ producer: { max_message_bytes: 1 } }, '16384'],
  ])('refuses %j', (raw, text) => {
    const { error } = kafkaExporterConfig.safeParse(raw);
    expect(JSON.stringify(error?.issues)).toContain(text);
  });
});
