/** Stand-in until @sonde/proto has the messages of google.rpc. */
export interface RpcStatus {
  readonly code: number;
  readonly message: string;
  readonly retryDelayMs: number | undefined;
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

function field(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2, ...varint(bytes.length)]), bytes]);
}

export function encodeStatus({ code, message, retryDelayMs }: RpcStatus): Uint8Array {
  const parts = [Buffer.from([8, ...varint(code)]), field(2, Buffer.from(message))];
  if (retryDelayMs !== undefined) {
    const seconds = Math.floor(retryDelayMs / 1000);
    const nanos = Math.round((retryDelayMs % 1000) * 1e6);
    const duration = Buffer.from([8, ...varint(seconds), 16, ...varint(nanos)]);
    const info = field(1, duration);
    parts.push(field(3, Buffer.concat([field(1, Buffer.from(RETRY_INFO)), field(2, info)])));
  }
  return Buffer.concat(parts);
}

export function statusToJson({ code, message, retryDelayMs }: RpcStatus): string {
  const retryDelay = `${(retryDelayMs ?? 0) / 1000}s`;
  const details =
    retryDelayMs === undefined ? {} : { details: [{ '@type': RETRY_INFO, retryDelay }] };
  return JSON.stringify({ code, message, ...details });
}
