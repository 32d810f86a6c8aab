import type { NewRecord } from '@sonde/buffer';

export function recordOf(value: Uint8Array, items = 1): NewRecord {
  const headers = { tenant: 'acme', items: String(items) };
  return { value, headers, timestampUnixMs: 1_750_000_000_000 };
}
