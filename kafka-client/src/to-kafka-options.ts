import type { ConnectionOptions } from 'node:tls';
import { KafkaBuffer, type KafkaOptions } from '@sonde/buffer';
import { type ClientTlsConfig, loadClientTls } from '@sonde/pipeline/clients';
import type { KafkaClientConfig } from './client-fields.ts';
import { packer } from './packer.ts';

const DEFAULT_PORT = 9092;

/** Reads the files that the configuration names; rejects with `SondeError` and upstream's text. */
export async function toKafkaOptions(config: KafkaClientConfig): Promise<Partial<KafkaOptions>> {
  const { client, client_id: clientId, rack_id: rackId, auth, tls } = config;
  const brokers = config.brokers.map(withPort);
  const base = { brokers, client, clientId, rackId, packer };
  const { sasl } = auth;
  const withSasl =
    sasl === undefined
      ? base
      : {
          ...base,
          sasl: {
            mechanism: sasl.mechanism,
            username: sasl.username,
            password: sasl.password.reveal(),
          },
        };
  if (tls === undefined || tls.insecure) return withSasl;
  return { ...withSasl, tls: await toConnectionOptions(tls) };
}

/** `host` is `host:9092`, as for the Collector's client; an IPv6 address stands in brackets. */
function withPort(broker: string): string {
  return /:\d+$/.test(broker) ? broker : `${broker}:${DEFAULT_PORT}`;
}

async function toConnectionOptions(tls: ClientTlsConfig): Promise<ConnectionOptions> {
  const { ca, cert, key, minVersion, maxVersion, rejectUnauthorized } = await loadClientTls(tls);
  const name = tls.server_name_override;
  return {
    minVersion,
    rejectUnauthorized,
    ...(ca === undefined ? {} : { ca: [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(name === '' ? {} : { servername: name }),
  };
}

/** Opened when first needed, and again after it could not be: brokers may come later than we do. */
export class LazyKafkaBuffer {
  readonly #options: () => Promise<Partial<KafkaOptions>>;
  #opening: Promise<KafkaBuffer> | undefined;

  constructor(options: () => Promise<Partial<KafkaOptions>>) {
    this.#options = options;
  }

  /** Rejects with `BUFFER_IO` while no broker answers. */
  async open(): Promise<KafkaBuffer> {
    this.#opening ??= this.#open();
    const opening = this.#opening;
    try {
      return await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    // Who asked for it has heard why it could not be opened.
    const buffer = await this.#opening?.catch(() => undefined);
    await buffer?.close();
  }

  async #open(): Promise<KafkaBuffer> {
    return KafkaBuffer.open(await this.#options());
  }
}
