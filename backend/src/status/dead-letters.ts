import type { DeadLetterStatus } from '../api/contract/index.ts';
import { labelOf, samplesOf } from './metrics-page.ts';

/** Kinds that are told; a receiver tells of a hundred at most. */
const KINDS_MAX = 200;

const GAUGES = {
  embedded: 'sonde_receiver_buffer_dead_letters_waiting',
  kafka: 'sonde_receiver_kafka_dead_letters_waiting',
} as const;

/**
 * What lies in the dead letters, by kind, most first. Every process behind Kafka sees the one topic, so
 * the highest of their counts holds; embedded logs of several gateways are apart and add up.
 */
export function readDeadLetters(pages: readonly string[]): readonly DeadLetterStatus[] {
  const kafka = new Map<string, DeadLetterStatus>();
  const embedded = new Map<string, DeadLetterStatus>();
  for (const page of pages) {
    for (const kind of kindsOf(page, 'kafka').values()) put(kafka, kind, Math.max);
    for (const kind of kindsOf(page, 'embedded').values()) put(embedded, kind, sum);
  }
  return [...kafka.values(), ...embedded.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, KINDS_MAX);
}

/** Of one process: receivers of several groups on one buffer see the same letters. */
function kindsOf(
  page: string,
  buffer: DeadLetterStatus['buffer'],
): ReadonlyMap<string, DeadLetterStatus> {
  const kinds = new Map<string, DeadLetterStatus>();
  for (const sample of samplesOf(page, GAUGES[buffer])) {
    if (sample.value === 0) continue;
    const kind = {
      buffer,
      code: labelOf(sample, 'code'),
      signal: labelOf(sample, 'signal'),
      tenant: labelOf(sample, 'tenant'),
      reason: labelOf(sample, 'reason'),
      count: sample.value,
    };
    put(kinds, kind, Math.max);
  }
  return kinds;
}

function put(
  kinds: Map<string, DeadLetterStatus>,
  kind: DeadLetterStatus,
  both: (left: number, right: number) => number,
): void {
  const { code, signal, tenant, reason } = kind;
  const key = JSON.stringify([code, signal, tenant, reason]);
  const known = kinds.get(key);
  kinds.set(key, known === undefined ? kind : { ...kind, count: both(known.count, kind.count) });
}

function sum(left: number, right: number): number {
  return left + right;
}
