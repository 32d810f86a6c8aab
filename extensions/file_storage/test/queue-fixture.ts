import {
  type Attempt,
  type CreateSettings,
  clientInfo,
  type Destination,
  type Host,
  type Logger,
  OwnTelemetry,
  type SendingConfig,
  type SendResult,
  SondeError,
  sendingFields,
  Telemetry,
} from '@sonde/pipeline';
import { contractHost, contractSignalSettings } from '@sonde/pipeline/contract-suite';
import { decodeRequests, encodeRequest, scanRequest } from '@sonde/proto';
import { z } from 'zod';
import type { FileStorage } from '../src/index.ts';

const schema = z.strictObject(sendingFields({ timeout: '0s' }));

export function queueConfig(queue: Readonly<Record<string, unknown>>): SendingConfig {
  return schema.parse({
    sending_queue: { storage: 'file_storage', queue_size: 200_000, num_consumers: 3, ...queue },
    retry_on_failure: { enabled: false },
  });
}

export function exporterSettings(
  logger: Logger,
  telemetry: OwnTelemetry = new OwnTelemetry(),
): CreateSettings {
  return { ...contractSignalSettings('otlp/backend', 'logs', logger), telemetry };
}

export function storageHost(storage: FileStorage): Host {
  return {
    ...contractHost(),
    extension: (id) => (id === 'file_storage' ? storage : undefined),
  };
}

/** A log record with a name and some padding. */
export function telemetryOf(name: string, paddingBytes = 10): Telemetry {
  const logRecords = [{ eventName: name, body: { stringValue: 'x'.repeat(paddingBytes) } }];
  const bytes = encodeRequest('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
  const itemCount = scanRequest('logs', bytes);
  const metadata = new Map([['x-org', ['ada']]]);
  return new Telemetry({
    signal: 'logs',
    requests: [{ signal: 'logs', bytes, itemCount, tenant: 'shop', receivedUnixMs: 1 }],
    client: clientInfo({ address: '10.0.0.1', metadata, auth: new Map([['username', 'ada']]) }),
    decode: (some) => decodeRequests('logs', some),
  });
}

export function namesOf(telemetry: Telemetry): readonly string[] {
  return telemetry.requests.flatMap(({ bytes }) => {
    const name = /request \d+/.exec(Buffer.from(bytes).toString('latin1'))?.[0];
    return name === undefined ? [] : [name];
  });
}

/** Takes what comes until there are `count`, in order; then fails as unavailable. */
export class Collecting implements Destination {
  readonly names: string[] = [];
  readonly taken: Telemetry[] = [];
  readonly all: Promise<void>;
  readonly #count: number;
  #tell: () => void = () => undefined;

  constructor(count: number) {
    this.#count = count;
    this.all = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  async start(): Promise<void> {}

  async push(telemetry: Telemetry, _attempt: Attempt): Promise<SendResult> {
    if (this.names.length >= this.#count) throw new SondeError('UNAVAILABLE', 'enough');
    this.taken.push(telemetry);
    this.names.push(...namesOf(telemetry));
    if (this.names.length >= this.#count) this.#tell();
    return { rejectedItems: 0 };
  }

  async close(): Promise<void> {}
}
