import { KAFKA_CLIENTS, rdKafkaLacks, rdKafkaPath, SASL_MECHANISMS } from '@sonde/buffer';
import { duration, type FieldsOf, type Secret, secret, section, textList } from '@sonde/pipeline';
import { type ClientTlsConfig, clientTls, refuseUnsupported } from '@sonde/pipeline/clients';
import { z } from 'zod';

/** The keys that the Collector's Kafka components have in common (`configkafka.ClientConfig`). */
export interface KafkaClientConfig {
  readonly brokers: readonly string[];
  /** Read and not needed: versions are agreed on with each broker. */
  readonly protocol_version: string;
  readonly client_id: string;
  /** Undefined for plain text. */
  readonly tls: ClientTlsConfig | undefined;
  readonly auth: KafkaAuthConfig;
  readonly rack_id: string;
  /** By which records go out. */
  readonly client: (typeof KAFKA_CLIENTS)[number];
  readonly conn_idle_timeout: number;
  readonly resolve_canonical_bootstrap_servers_only: boolean;
  readonly metadata: KafkaMetadataConfig;
}

export interface KafkaMetadataConfig {
  readonly full: boolean;
  /** How old what an exporter knows of a topic's partitions may be. Milliseconds. */
  readonly refresh_interval: number;
  readonly retry: { readonly max: number; readonly backoff: number };
}

export interface KafkaAuthConfig {
  readonly sasl:
    | {
        readonly mechanism: (typeof SASL_MECHANISMS)[number];
        readonly username: string;
        readonly password: Secret;
        readonly version: number;
      }
    | undefined;
}

/** Whether a component's configuration, read and checked, has the fields of `kafkaClientFields`. */
export function isKafkaClientConfig(config: unknown): config is KafkaClientConfig {
  return (
    typeof config === 'object' &&
    config !== null &&
    'brokers' in config &&
    'client' in config &&
    'auth' in config
  );
}

/** Why the client cannot be used here: for `foresee` of the components' factories. */
export function clientMissing({
  client,
  auth,
  tls,
}: Pick<KafkaClientConfig, 'client' | 'auth' | 'tls'>): string | undefined {
  if (client !== 'librdkafka') return undefined;
  if (rdKafkaPath() === undefined) {
    return 'client: librdkafka is not built here: npm run setup:librdkafka, or write kafkajs';
  }
  for (const key of ['server_name_override', 'min_version', 'max_version'] as const) {
    if (tls === undefined || tls[key] === '') continue;
    return `tls::${key} is not supported by client: librdkafka, which has no such setting; write kafkajs`;
  }
  const lacking = rdKafkaLacks({ isScram: auth.sasl?.mechanism.startsWith('SCRAM') === true });
  return lacking === undefined ? undefined : `client: librdkafka: ${lacking}`;
}

const sasl = z.strictObject({
  mechanism: z.enum(SASL_MECHANISMS),
  username: z.string().min(1, 'username is required'),
  password: secret(),
  version: z.int().min(0).max(1).default(0),
});

const auth: z.ZodType<KafkaAuthConfig> = z
  .strictObject({
    sasl: sasl.optional(),
    plain_text: z.strictObject({ username: z.string().min(1), password: secret() }).optional(),
    kerberos: z.unknown().optional(),
    tls: z.unknown().optional(),
  })
  .transform(({ sasl, plain_text: plain, ...others }, context): KafkaAuthConfig => {
    const reasons = {
      kerberos: 'use SASL PLAIN or SCRAM',
      tls: 'the section moved: write `tls` beside `auth`',
    };
    refuseUnsupported(others, reasons, context);
    if (plain === undefined) return { sasl };
    return { sasl: { mechanism: 'PLAIN', version: 0, ...plain } };
  })
  .prefault({});

const metadata: z.ZodType<KafkaMetadataConfig> = z
  .strictObject({
    full: z.boolean().default(true),
    refresh_interval: duration('10m'),
    retry: z.strictObject({ max: z.int().default(3), backoff: duration('250ms') }).prefault({}),
  })
  .prefault({});

/** Fields for the component's `z.strictObject`. */
export function kafkaClientFields(): FieldsOf<KafkaClientConfig> {
  return {
    brokers: textList(['localhost:9092']).refine((brokers) => brokers.length > 0, {
      error: 'must name at least one broker',
    }),
    protocol_version: z.string().default('2.1.0'),
    client_id: z.string().default('otel-collector'),
    tls: section(clientTls(), { absent: 'off' }),
    auth,
    rack_id: z.string().default(''),
    client: z.enum(KAFKA_CLIENTS).default('kafkajs'),
    conn_idle_timeout: duration('9m'),
    resolve_canonical_bootstrap_servers_only: z.boolean().default(false),
    metadata,
  };
}
