import type { Span, TraceOutlineResponse, TraceResponse } from '@sonde/backend/api-contract';

/** Stands for a parent that did not arrive: no span has it. */
const MISSING_PARENT = '?';
const PARENT_MISSING = -2;

/**
 * The trace with all spans of its outline: those that came whole as they are, the others without
 * what they carry.
 */
export function withOutline(trace: TraceResponse, outline: TraceOutlineResponse): TraceResponse {
  // Not by the id alone: spans of one trace may share it, and each is itself.
  const whole = new Map(trace.spans.map((span) => [identity(span), span]));
  const errors = new Set(outline.errors);
  const origin = BigInt(outline.startUnixNano);
  const spans = outline.spanIds.map((_, i) => {
    const lean = leanSpan(outline, { i, origin, isError: errors.has(i) });
    return whole.get(identity(lean)) ?? lean;
  });
  return { ...trace, spans, truncated: outline.spanCount > spans.length };
}

function identity({ spanId, startUnixNano, name }: Span): string {
  return `${spanId} ${startUnixNano} ${name}`;
}

/** Whether it came in an outline: its attributes, events and links are not here yet. */
export function isLean(span: Span): boolean {
  return span.resourceFingerprint === '';
}

/** The trace with the spans alone that are here with all they carry. */
export function wholeSpans(trace: TraceResponse): TraceResponse {
  const spans = trace.spans.filter((span) => !isLean(span));
  return { ...trace, spans, truncated: trace.spanCount > spans.length };
}

function leanSpan(
  outline: TraceOutlineResponse,
  {
    i,
    origin,
    isError,
  }: { readonly i: number; readonly origin: bigint; readonly isError: boolean },
): Span {
  const parent = outline.parents[i] ?? PARENT_MISSING;
  return {
    spanId: outline.spanIds[i] ?? '',
    parentSpanId: parent === PARENT_MISSING ? MISSING_PARENT : (outline.spanIds[parent] ?? ''),
    service: outline.services[outline.serviceOf[i] ?? 0] ?? '',
    name: outline.names[outline.nameOf[i] ?? 0] ?? '',
    kind: outline.kinds[outline.kindOf[i] ?? 0] ?? 'unspecified',
    startUnixNano: String(origin + BigInt(Math.round(outline.startNs[i] ?? 0))),
    durationNs: outline.durationNs[i] ?? 0,
    status: isError ? 'error' : 'unset',
    statusMessage: '',
    traceState: '',
    scopeName: '',
    scopeVersion: '',
    origin: 'sdk',
    attributes: [],
    resourceFingerprint: '',
    events: [],
    links: [],
  };
}
