import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { z } from 'zod';
import { Entry, type EntryValue, OperatorChain, operatorList, toEntryValue } from '../src/index.ts';

/** An entry as tests write it; what is absent is not there. */
export interface PlainEntry {
  readonly body?: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly resource?: Readonly<Record<string, unknown>>;
  readonly timestamp?: string;
  readonly severity?: number;
  readonly severityText?: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly flags?: number;
  readonly scope?: string;
}

export function toEntry(plain: PlainEntry): Entry {
  const entry = new Entry(toEntryValue(plain.body ?? null, { ints: true }), 0n);
  entry.attributes = mapOf(plain.attributes);
  entry.resource = mapOf(plain.resource);
  return entry;
}

function mapOf(record: Readonly<Record<string, unknown>> = {}): Entry['attributes'] {
  return new Map(
    Object.entries(record).map(([key, value]) => [key, toEntryValue(value, { ints: true })]),
  );
}

export function toPlain(entry: Entry): PlainEntry {
  const { timeUnixNano: time } = entry;
  return {
    ...(entry.body === null ? {} : { body: plainValue(entry.body) }),
    ...(entry.attributes.size === 0 ? {} : { attributes: plainMap(entry.attributes) }),
    ...(entry.resource.size === 0 ? {} : { resource: plainMap(entry.resource) }),
    ...(time === undefined ? {} : { timestamp: isoNano(time) }),
    ...(entry.severityNumber === 0 ? {} : { severity: entry.severityNumber }),
    ...(entry.severityText === '' ? {} : { severityText: entry.severityText }),
    ...(entry.traceId === undefined ? {} : { traceId: hex(entry.traceId) }),
    ...(entry.spanId === undefined ? {} : { spanId: hex(entry.spanId) }),
    ...(entry.flags === 0 ? {} : { flags: entry.flags }),
    ...(entry.scopeName === '' ? {} : { scope: entry.scopeName }),
  };
}

function plainMap(map: ReadonlyMap<string, EntryValue>): Record<string, unknown> {
  return Object.fromEntries([...map].map(([key, value]) => [key, plainValue(value)]));
}

/** Whole int64 become numbers. */
function plainValue(value: EntryValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Map) return plainMap(value);
  return Array.isArray(value) ? value.map(plainValue) : value;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** `2026-01-02T03:04:05.678901234Z`. */
export function isoNano(unixNano: bigint): string {
  const second = new Date(Number(unixNano / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  const fraction = (unixNano % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  return `${second}${fraction === '' ? '' : `.${fraction}`}Z`;
}

export function chainOf(
  operators: readonly object[],
  logger: RecordingLogger = new RecordingLogger(),
): OperatorChain {
  return new OperatorChain(operatorList().parse(operators), { receiver: 'test', logger });
}

/** What comes out of operators, in the end, for entries that go in. */
export function runOperators(
  operators: readonly object[],
  entries: readonly PlainEntry[],
  logger?: RecordingLogger,
): readonly PlainEntry[] {
  const chain = chainOf(operators, logger);
  for (const entry of entries) chain.process(toEntry(entry));
  chain.flush('all');
  return chain.take().map(toPlain);
}

/** The texts with which a list of operators is refused, with their paths. */
export function refusals(operators: unknown): readonly string[] {
  const result = z.strictObject({ operators: operatorList() }).safeParse({ operators });
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}
