import { createHash } from 'node:crypto';
import { type ConfigMap, type ConfigValue, ExpandedValue, isList, isMap } from './config-value.ts';

/** Characters of the digest: 128 bits in hexadecimal. */
const DIGEST_CHARS = 32;

/**
 * Digest of the effective configuration, independent of key order. `service.telemetry` is left out:
 * a log level does not change what becomes of data.
 */
export function configVersion(root: ConfigMap): string {
  const hash = createHash('sha256');
  hash.update(canonical(withoutTelemetry(root)));
  return hash.digest('hex').slice(0, DIGEST_CHARS);
}

function withoutTelemetry(root: ConfigMap): ConfigMap {
  const service = root.get('service');
  if (!isMap(service)) return root;
  const rest = new Map([...service].filter(([key]) => key !== 'telemetry'));
  return new Map([...root, ['service', rest]]);
}

function canonical(value: ConfigValue): string {
  if (value instanceof ExpandedValue) return `$${JSON.stringify(value.text)}`;
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (isMap(value)) {
    const keys = [...value.keys()].sort();
    const pairs = keys.map((key) => `${JSON.stringify(key)}:${canonical(value.get(key) ?? null)}`);
    return `{${pairs.join(',')}}`;
  }
  return JSON.stringify(value);
}
