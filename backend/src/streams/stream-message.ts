/** Topics of derived streams (`docs/topics.md`). */
export type StreamName = 'sonde.log_patterns' | 'sonde.service_map' | 'sonde.costs';

/** The range of a raw topic that a delta was derived from. */
export interface StreamSource {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** One message: the envelope of `docs/streams.schema.json`, and what its key is made of. */
export interface StreamMessage {
  readonly stream: StreamName;
  /** Of the stream's payload. From 1. */
  readonly version: number;
  readonly tenant: string;
  /** With tenant and source it names the message: the same again is a repetition. */
  readonly id: string;
  /** Parts of the key behind the tenant. None may have a zero byte, which stands between them. */
  readonly key: readonly string[];
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly windowMs?: number;
  readonly source?: StreamSource;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Between tenant and parts of a key. */
const KEY_SEPARATOR = '\u0000';

interface JsonText {
  readonly stringValue: string;
}

interface JsonAttribute {
  readonly key: string;
  readonly value: JsonText;
}

/** A log record of OTLP/JSON. */
export interface StreamRecord {
  readonly body: { readonly bytesValue: string };
  readonly attributes: readonly JsonAttribute[];
}

export function text(key: string, stringValue: string): JsonAttribute {
  return { key, value: { stringValue } };
}

/** The message as the gateway's exporter takes it (`deploy/config/streams.yaml`). */
export function toStreamRecord(message: StreamMessage): StreamRecord {
  const { key, ...envelope } = message;
  const { stream, version, tenant } = envelope;
  const bytes = Buffer.from(JSON.stringify(envelope));
  return {
    body: { bytesValue: bytes.toString('base64') },
    attributes: [
      text('sonde.key', [tenant, ...key].join(KEY_SEPARATOR)),
      text('tenant', tenant),
      text('schema', `${stream}/${version}`),
    ],
  };
}
