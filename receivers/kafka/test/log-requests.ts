import { encodeRequest } from '@sonde/proto';

/** One log record a body. */
export function logsRequest(...bodies: readonly string[]): Uint8Array {
  return encodeRequest('logs', {
    resourceLogs: [
      { scopeLogs: [{ logRecords: bodies.map((text) => ({ body: { stringValue: text } })) }] },
    ],
  });
}
