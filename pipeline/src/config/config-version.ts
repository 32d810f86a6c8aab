import { createHash } from 'node:crypto';
import { type ConfigMap, type ConfigValue, ExpandedValue, isList, isMap } from './config-value.ts';

/** Characters of the digest: 128 bits in hexadecimal. */
const DIGEST_CHARS = 32;

/** Keys of a receiver, at any depth, that say where and as whom it reads or listens. */
const PLACE_KEYS: ReadonlySet<string> = new Set([
  'endpoint',
  'listen_address',
  'tls',
  'auth',
  'brokers',
  'client_id',
  'group_instance_id',
  'rack_id',
  'workers',
]);

/**
 * Digest of what the rows of a range depend on, independent of key order. Left out is what replicas
 * of one service differ in and what becomes of no data: `extensions`, `service.extensions`,
 * `service.telemetry`, and of receivers the places.
 */
export function configVersion(root: ConfigMap): string {
  const hash = createHash('sha256');
  hash.update(canonical(ofRows(root)));
  return hash.digest('hex').slice(0, DIGEST_CHARS);
}

function ofRows(root: ConfigMap): ConfigMap {
  const rest = new Map([...root].filter(([key]) => key !== 'extensions'));
  const service = root.get('service');
  if (isMap(service)) {
    const kept = [...service].filter(([key]) => key !== 'telemetry' && key !== 'extensions');
    rest.set('service', new Map(kept));
  }
  const receivers = root.get('receivers');
  if (isMap(receivers)) {
    const kept = [...receivers].map(([id, value]) => [id, withoutPlaces(value)] as const);
    rest.set('receivers', new Map(kept));
  }
  return rest;
}

function withoutPlaces(value: ConfigValue): ConfigValue {
  if (isList(value)) return value.map(withoutPlaces);
  if (!isMap(value)) return value;
  const kept = [...value].filter(([key]) => !PLACE_KEYS.has(key));
  return new Map(kept.map(([key, inner]) => [key, withoutPlaces(inner)]));
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
