/** Just enough protobuf for a test: `ExportLogsServiceRequest`s whose bodies are known texts. */

function field(number: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2, ...varint(payload.length)]), payload]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** One log record a body. */
export function logsRequest(...bodies: readonly string[]): Buffer {
  const records = bodies.map((body) => field(2, field(5, field(1, Buffer.from(body)))));
  return field(1, field(2, Buffer.concat(records)));
}

/** Bytes that no decoder takes: a length that goes past the end. */
export const MALFORMED: Buffer = Buffer.from([0x0a, 0x7f, 0x01]);
