import type { Span } from '@sonde/backend/api-contract';

export interface SpanOutline {
  readonly id: string;
  readonly parent?: string;
  readonly startNs: number;
  readonly durationNs: number;
  readonly service?: string;
  readonly error?: boolean;
  readonly attributes?: Span['attributes'];
}

/** Starts lie this far after the epoch: past 2^53 nanoseconds, as real ones do. */
export const ORIGIN_NANO = 1_800_000_000_000_000_000n;

export function makeSpan(outline: SpanOutline): Span {
  const service = outline.service ?? 'shop';
  return {
    spanId: outline.id,
    parentSpanId: outline.parent ?? '',
    service,
    name: `op ${outline.id}`,
    kind: 'internal',
    startUnixNano: String(ORIGIN_NANO + BigInt(outline.startNs)),
    durationNs: outline.durationNs,
    status: outline.error === true ? 'error' : 'unset',
    statusMessage: '',
    traceState: '',
    scopeName: '',
    scopeVersion: '',
    origin: 'sdk',
    attributes: outline.attributes ?? [],
    resourceFingerprint: service,
    events: [],
    links: [],
  };
}
